// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A channel in one encoder's eyes: the log of ready frames that not every subscriber has had yet,
/// and one [Leg] for each loop that has subscribers.
///
/// ```
///   first                leg A.next      leg B.next = head
///     |  entry | entry | entry |  entry  |
///     |<- segment 1 ->|<---- segment 2 ------ room -->|
/// ```
///
/// The engine's history is the truth; this log only spares encoding. An entry is dropped when every
/// leg has passed it and nobody recovers; while somebody does, up to [#KEEP] bytes are kept; and
/// never more than [#BOUND], even if a leg has not come round. What is missed by a drop is read
/// from the history. An idle channel holds no buffer.
///
/// Everything is guarded by the channel's lock.
final class View {
    /// Bytes kept for subscribers that recover.
    private static final int KEEP = 1 << 20;

    /// Bytes kept for legs whose turn has not come.
    private static final int BOUND = 16 << 20;

    private static final int SEGMENT = 64 << 10;
    private static final int SMALL = 512;
    private static final Entry[] NO_ENTRIES = {};

    private final LiveChannel channel;
    private final Encoder encoder;
    private Leg[] legs = {};
    private final ArrayList<Recovery> recoveries = new ArrayList<>(0);

    private Entry[] ring = NO_ENTRIES;
    private long first;
    private long head;
    private long bytes;
    private final ArrayDeque<ByteBuf> segments = new ArrayDeque<>(1);
    private int demand = SMALL;

    /// @param publication null for a join or leave, which no history keeps
    /// @param except the id of the session that is not sent this
    record Entry(
            @Nullable Publication publication,
            @Nullable String except,
            ByteBuf segment,
            int start,
            int length) {}

    /// What a leg has not had: its frames in one buffer, owned by the taker.
    ///
    /// @param next the index behind the last entry
    /// @param to the position behind the last entry
    record Stretch(
            ByteBuf frames, List<Entry> excepting, int publications, long next, Position to) {}

    View(LiveChannel channel, Encoder encoder) {
        this.channel = channel;
        this.encoder = encoder;
    }

    LiveChannel channel() {
        return channel;
    }

    Encoder encoder() {
        return encoder;
    }

    Leg leg(Turn turn) {
        for (Leg leg : legs) {
            if (leg.turn() == turn) {
                return leg;
            }
        }
        Leg leg = new Leg(this, turn, head, channel.top());
        legs = Arrays.copyOf(legs, legs.length + 1);
        legs[legs.length - 1] = leg;
        return leg;
    }

    /// @return whether it was the last leg
    boolean drop(Leg leg) {
        legs = Arrays.stream(legs).filter(other -> other != leg).toArray(Leg[]::new);
        trim();
        return legs.length == 0;
    }

    void append(Push push, @Nullable String except) {
        byte[] frame = encoder.push(push);
        if (frame == null) {
            frame = new byte[0];
        }
        ByteBuf segment = segmentFor(frame.length);
        int start = segment.writerIndex();
        segment.writeBytes(frame);
        if (head - first == ring.length) {
            grow();
        }
        Publication publication = push instanceof Push.Delivery d ? d.publication() : null;
        ring[slot(head)] = new Entry(publication, except, segment, start, frame.length);
        head++;
        bytes += frame.length;
        if (bytes > BOUND) {
            dropWhile(BOUND, head);
        }
        for (Leg leg : legs) {
            leg.wake();
        }
    }

    /// What follows does not continue what is here: everybody has to ask the history where they
    /// are.
    void cut() {
        head++;
        first = head;
        bytes = 0;
        ring = NO_ENTRIES;
        segments.forEach(ByteBuf::release);
        segments.clear();
        for (Leg leg : legs) {
            leg.wake();
        }
    }

    private ByteBuf segmentFor(int length) {
        ByteBuf last = segments.peekLast();
        if (last != null && last.writableBytes() >= length) {
            return last;
        }
        int wanted = last == null ? demand : Math.min(SEGMENT, last.capacity() * 2);
        int capacity = Math.max(length, wanted);
        ByteBuf segment = ByteBufAllocator.DEFAULT.directBuffer(capacity, capacity);
        segments.addLast(segment);
        return segment;
    }

    private void grow() {
        Entry[] larger = new Entry[Math.max(4, ring.length * 2)];
        for (long i = first; i < head; i++) {
            larger[(int) (i & (larger.length - 1))] = entry(i);
        }
        ring = larger;
    }

    private int slot(long index) {
        return (int) (index & (ring.length - 1));
    }

    private Entry entry(long index) {
        return ring[slot(index)];
    }

    long head() {
        return head;
    }

    /// Everything from `next` to the head, or null when there is nothing, or not all of it any
    /// more.
    @Nullable Stretch take(long next) {
        if (next == head || next < first) {
            return null;
        }
        Stretch stretch = stretch(next, head);
        demand = Math.clamp(stretch.frames().readableBytes(), SMALL, SEGMENT);
        return stretch;
    }

    private Stretch stretch(long from, long to) {
        List<Entry> excepting = List.of();
        int publications = 0;
        int total = 0;
        ByteBuf segment = entry(from).segment();
        boolean joined = false;
        for (long i = from; i < to; i++) {
            Entry entry = entry(i);
            total += entry.length();
            publications += entry.publication() == null ? 0 : 1;
            joined |= entry.segment() != segment;
            if (entry.except() != null) {
                if (excepting.isEmpty()) {
                    excepting = new ArrayList<>();
                }
                excepting.add(entry);
            }
        }
        ByteBuf frames =
                joined ? join(from, to, total) : segment.retainedSlice(entry(from).start(), total);
        return new Stretch(frames, excepting, publications, to, channel.top());
    }

    private ByteBuf join(long from, long to, int total) {
        ByteBuf frames = ByteBufAllocator.DEFAULT.directBuffer(total, total);
        for (long i = from; i < to; i++) {
            Entry entry = entry(i);
            frames.writeBytes(entry.segment(), entry.start(), entry.length());
        }
        return frames;
    }

    /// Entries from `next` up to `to`, in whole frames and about `most` bytes: for one subscriber
    /// that recovers. It ends before an entry that `session` is not sent, so that is the first of
    /// an answer, or in none. The taker owns the frames. Null when the log does not reach back to
    /// `next`.
    @Nullable Piece piece(long next, long to, int most, String session) {
        if (next < first) {
            return null;
        }
        long end = next;
        int size = 0;
        ByteBuf segment = entry(next).segment();
        Publication last = null;
        while (end < to && entry(end).segment() == segment && (size == 0 || size < most)) {
            Entry entry = entry(end);
            if (session.equals(entry.except())) {
                break;
            }
            last = entry.publication() == null ? last : entry.publication();
            size += entry.length();
            end++;
        }
        if (end == next) {
            return new Piece(Unpooled.EMPTY_BUFFER, next, entry(next).publication());
        }
        return new Piece(segment.retainedSlice(entry(next).start(), size), end, last);
    }

    /// @param next behind the last entry; when it is where the piece began, that entry is not for
    ///   this session
    /// @param last the newest publication in it, or the one that is not for this session
    record Piece(ByteBuf frames, long next, @Nullable Publication last) {}

    /// The index behind the publication at `at`; [#AHEAD] when that has not been announced here
    /// yet; [#MISSING] when the log lacks something after it, or has another publication there.
    long indexAfter(Position at) {
        Position top = channel.top();
        if (at.offset() > top.offset()) {
            return AHEAD;
        }
        long index = at.equals(top) ? head : MISSING;
        for (long i = head - 1; i >= first; i--) {
            Publication publication = entry(i).publication();
            if (publication == null) {
                continue;
            }
            if (publication.offset() == at.offset()) {
                return publication.tag().equals(at.tag()) ? i + 1 : MISSING;
            }
            if (publication.offset() == at.offset() + 1) {
                index = publication.previousTag().equals(at.tag()) ? i : MISSING;
            }
        }
        return index;
    }

    /// The place before the oldest publication that the log has up to `to`, where `at` is the
    /// position; null when the log does not reach back to there.
    @Nullable Position beginning(long to, Position at) {
        if (to < first) {
            return null;
        }
        for (long i = first; i < to; i++) {
            Publication publication = entry(i).publication();
            if (publication != null) {
                return new Position(
                        at.epoch(), publication.offset() - 1, publication.previousTag());
            }
        }
        return at;
    }

    long first() {
        return first;
    }

    static final long AHEAD = -1;
    static final long MISSING = -2;

    /// Not looked up yet.
    static final long UNKNOWN = -3;

    /// The publications from `next` up to `to`, or null when the log does not reach back to `next`.
    @Nullable List<Publication> publications(long next, long to) {
        if (next < first) {
            return null;
        }
        List<Publication> found = new ArrayList<>();
        for (long i = next; i < to; i++) {
            Publication publication = entry(i).publication();
            if (publication != null) {
                found.add(publication);
            }
        }
        return found;
    }

    void recovers(Recovery recovery) {
        recoveries.add(recovery);
    }

    void recovered(Recovery recovery) {
        recoveries.remove(recovery);
    }

    /// Drops what nobody needs any more.
    void trim() {
        long passed = head;
        for (Leg leg : legs) {
            passed = Math.min(passed, leg.next());
        }
        long needed = passed;
        for (Recovery recovery : recoveries) {
            needed = Math.min(needed, Math.max(0, recovery.index()));
        }
        dropWhile(0, needed);
        dropWhile(KEEP, passed);
    }

    /// Drops from the front while there are more than `most` bytes, but nothing from `end` on.
    private void dropWhile(int most, long end) {
        while (first < end && (most == 0 || bytes > most)) {
            bytes -= entry(first).length();
            first++;
        }
        ByteBuf needed = first == head ? null : entry(first).segment();
        while (!segments.isEmpty() && segments.peekFirst() != needed) {
            segments.removeFirst().release();
        }
        if (first == head) {
            ring = NO_ENTRIES;
        }
    }
}

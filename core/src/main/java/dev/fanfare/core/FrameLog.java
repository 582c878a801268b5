// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Ready frames of one [View], in the order in which they were published. An entry has an index
/// that never changes; its bytes are in a segment, beside those before and after it.
///
/// ```
///   first                leg A.next      leg B.next = head
///     |  entry | entry | entry |  entry  |
///     |<- segment 1 ->|<---- segment 2 ------ room -->|
/// ```
///
/// Guarded by the channel's lock.
final class FrameLog {
    private static final int SEGMENT = 64 << 10;
    private static final int SMALL = 512;

    /// What an entry that is held back counts for, in bytes, and how many are kept in a row.
    private static final int HELD_WEIGHT = 64;

    private static final int HELD_ROW = 256;

    /// About how many bytes are written between two looks at the transport.
    private static final int PIECE = 32 << 10;

    /// In place of a `prev`: held back, or the first after a cut, which follows nothing.
    private static final long HELD = -1;

    static final long CUT = -2;

    /// In place of an index; see [#indexAfter].
    static final long AHEAD = -1;

    static final long MISSING = -2;

    /// Not looked up yet.
    static final long UNKNOWN = -3;

    private static final byte[] NO_FRAME = {};
    private static final Entry[] NO_ENTRIES = {};

    private Entry[] ring = NO_ENTRIES;
    private long first;
    private long head;
    private long bytes;
    private final ArrayDeque<ByteBuf> segments = new ArrayDeque<>(1);
    private int demand = SMALL;

    /// How many entries at the head were held back.
    private int heldRow;

    /// @param publication null for a join or leave, which no history keeps
    /// @param except the id of the session that is not sent this
    /// @param prev the offset before it, which the frame says or implies
    record Entry(
            @Nullable Publication publication,
            @Nullable String except,
            long prev,
            ByteBuf segment,
            int start,
            int length) {

        boolean held() {
            return prev == HELD;
        }

        int weight() {
            return held() ? HELD_WEIGHT : length;
        }

        /// Whether its frame is right for somebody who has everything up to `have`.
        boolean follows(long have) {
            return publication == null || held() || prev == have;
        }
    }

    /// What a leg has not had: its frames in one buffer, owned by the taker.
    record Stretch(ByteBuf frames, List<Entry> excepting, int publications) {}

    /// An entry without bytes, and without what it was: in a long row of them the last stands for
    /// those before it, and who looks for one of those asks the history.
    void note(Publication publication) {
        Publication bare =
                new Publication(
                        publication.offset(),
                        publication.tag(),
                        publication.previousTag(),
                        publication.time(),
                        Content.of(NO_FRAME));
        if (heldRow == HELD_ROW) {
            Entry last = entry(head - 1);
            ring[slot(head - 1)] =
                    new Entry(bare, null, HELD, last.segment(), last.start(), last.length());
        } else {
            int row = heldRow + 1;
            append(bare, null, HELD, NO_FRAME);
            heldRow = row;
        }
    }

    /// @param prev what its frame says or implies, or [#CUT]
    void append(
            @Nullable Publication publication,
            @Nullable String except,
            long prev,
            byte @Nullable [] encoded) {
        byte[] frame = encoded == null ? NO_FRAME : encoded;
        ByteBuf segment = segmentFor(frame.length);
        int start = segment.writerIndex();
        segment.writeBytes(frame);
        if (head - first == ring.length) {
            grow();
        }
        Entry entry = new Entry(publication, except, prev, segment, start, frame.length);
        ring[slot(head)] = entry;
        head++;
        heldRow = 0;
        bytes += entry.weight();
    }

    /// Drops everything, and whoever had not passed it is behind.
    void cut() {
        head++;
        first = head;
        bytes = 0;
        heldRow = 0;
        ring = NO_ENTRIES;
        segments.forEach(ByteBuf::release);
        segments.clear();
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
            publications += entry.publication() == null || entry.held() ? 0 : 1;
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
        return new Stretch(frames, excepting, publications);
    }

    private ByteBuf join(long from, long to, int total) {
        ByteBuf frames = ByteBufAllocator.DEFAULT.directBuffer(total, total);
        for (long i = from; i < to; i++) {
            Entry entry = entry(i);
            frames.writeBytes(entry.segment(), entry.start(), entry.length());
        }
        return frames;
    }

    /// Entries from `next` up to `to`, in whole frames: for one subscriber that recovers and has
    /// everything up to `has`. Null when the log does not reach back to `next`.
    @Nullable Piece piece(long next, long to, String session, long has) {
        if (next < first) {
            return null;
        }
        Entry head = entry(next);
        if (!shared(head, session, has)) {
            return new Piece.Own(head.publication(), next + 1, head.length());
        }
        long end = next;
        long have = has;
        int size = 0;
        int publications = 0;
        Publication seen = null;
        Publication sent = null;
        while (end < to && size < PIECE) {
            Entry entry = entry(end);
            if (entry.segment() != head.segment() || !shared(entry, session, have)) {
                break;
            }
            if (entry.publication() != null) {
                seen = entry.publication();
                if (!entry.held()) {
                    sent = seen;
                    have = seen.offset();
                    publications++;
                }
            }
            size += entry.length();
            end++;
        }
        ByteBuf frames =
                size == 0
                        ? Unpooled.EMPTY_BUFFER
                        : head.segment().retainedSlice(head.start(), size);
        return new Piece.Shared(frames, end, publications, seen, sent);
    }

    private static boolean shared(Entry entry, String session, long have) {
        return !session.equals(entry.except()) && entry.follows(have);
    }

    /// What comes next for one subscriber.
    sealed interface Piece {
        /// The index behind it.
        long next();

        /// Frames as they stand in the log, owned by the taker.
        ///
        /// @param seen the newest publication in it, held back or not
        /// @param sent the newest that is not held back
        record Shared(
                ByteBuf frames,
                long next,
                int publications,
                @Nullable Publication seen,
                @Nullable Publication sent)
                implements Piece {}

        /// One that this subscriber is sent with a `prev` of its own, or not at all.
        ///
        /// @param length of the frame in the log
        record Own(@Nullable Publication publication, long next, int length) implements Piece {}
    }

    /// The index behind the publication at `at`; [#AHEAD] when that has not been announced here
    /// yet; [#MISSING] when the log lacks something after it, or has another publication there.
    ///
    /// @param top the channel's
    long indexAfter(Position at, Position top) {
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

    /// The publications from `next` up to `to` that are not held back, or null when the log does
    /// not reach back to `next`.
    @Nullable List<Publication> publications(long next, long to) {
        if (next < first) {
            return null;
        }
        List<Publication> found = new ArrayList<>();
        for (long i = next; i < to; i++) {
            Entry entry = entry(i);
            if (entry.publication() != null && !entry.held()) {
                found.add(entry.publication());
            }
        }
        return found;
    }

    /// Drops from the front while there are more than `most` bytes, but nothing from `end` on.
    void trim(int most, long end) {
        while (first < end && (most == 0 || bytes > most)) {
            bytes -= entry(first).weight();
            first++;
        }
        ByteBuf needed = first == head ? null : entry(first).segment();
        while (!segments.isEmpty() && segments.peekFirst() != needed) {
            segments.removeFirst().release();
        }
        if (first == head) {
            ring = NO_ENTRIES;
            heldRow = 0;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import java.util.ArrayList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A channel in one encoder's eyes, and through one filter: the [FrameLog] of what not every
/// subscriber has had yet, and one [Leg] for each loop that has subscribers.
///
/// The engine's history is the truth; the log only spares encoding. An entry is dropped when every
/// leg has passed it and nobody recovers; while somebody does, up to [#KEEP] bytes are kept; and
/// never more than [#BOUND], even if a leg has not come round. What is missed by a drop is read
/// from the history. An idle channel holds no buffer.
///
/// **With a filter** a publication that passes has the offset of the one that passed before it as
/// its `prev`. One that is held back wakes nobody who is in step: the legs that are at the head
/// move on with it. Only while somebody is behind does it leave an entry, so that cursors find
/// their place.
///
/// Everything is guarded by the channel's lock.
final class View {
    /// Bytes kept for subscribers that recover.
    private static final int KEEP = 1 << 20;

    /// Bytes kept for legs whose turn has not come.
    private static final int BOUND = 16 << 20;

    private final LiveChannel channel;
    private final Encoder encoder;
    private final @Nullable Sieve sieve;

    /// The newest publication that passed the filter, or where this began; null after a cut.
    private @Nullable Position passed;

    private Leg[] legs = {};
    private final ArrayList<Cursor> recovering = new ArrayList<>(0);

    private final FrameLog log = new FrameLog();

    View(LiveChannel channel, Encoder encoder, @Nullable Sieve sieve) {
        this.channel = channel;
        this.encoder = encoder;
        this.sieve = sieve;
        this.passed = sieve == null ? null : channel.top();
    }

    LiveChannel channel() {
        return channel;
    }

    Encoder encoder() {
        return encoder;
    }

    FrameLog log() {
        return log;
    }

    /// Null when everything passes.
    @Nullable Sieve sieve() {
        return sieve;
    }

    Filter filter() {
        return sieve == null ? Filter.EVERYTHING : sieve.filter();
    }

    /// What those at the head were last sent, or began with; null when that was not the same.
    ///
    /// @param top the channel's
    @Nullable Position sent(Position top) {
        return sieve == null ? top : passed;
    }

    Leg leg(Turn turn) {
        for (Leg leg : legs) {
            if (leg.turn() == turn) {
                return leg;
            }
        }
        Leg leg = new Leg(this, turn);
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

    /// A join or leave.
    void append(Push push, @Nullable String except) {
        log.append(null, except, 0, encoder.push(push));
        appended();
    }

    /// What was published and is the channel's top now.
    void append(Publication publication) {
        long offset = publication.offset();
        if (sieve == null) {
            append(publication, offset - 1, offset - 1);
        } else if (!sieve.passed(publication)) {
            hold(publication);
        } else {
            Position before = passed;
            passed = channel.top();
            if (before == null) {
                append(publication, FrameLog.CUT, offset - 1);
            } else {
                append(publication, before.offset(), before.offset());
            }
        }
    }

    private void append(Publication publication, long follows, long prev) {
        log.append(
                publication,
                publication.content().except(),
                follows,
                encoder.push(new Push.Delivery(channel.name(), publication, prev)));
        appended();
    }

    private void appended() {
        log.trim(BOUND, log.head());
        wake();
    }

    private void wake() {
        for (Leg leg : legs) {
            leg.wake();
        }
    }

    private void hold(Publication publication) {
        long was = log.head();
        if (behind()) {
            log.note(publication);
            log.trim(BOUND, log.head());
        }
        if (awaited()) {
            wake();
            return;
        }
        Position top = channel.top();
        for (Leg leg : legs) {
            leg.pass(was, top);
        }
    }

    /// Whether anybody is not at the head.
    private boolean behind() {
        for (Leg leg : legs) {
            if (leg.needed() != log.head()) {
                return true;
            }
        }
        return !recovering.isEmpty();
    }

    /// Whether anybody waits for this to be announced, to learn whether it is what the history had.
    private boolean awaited() {
        for (Cursor cursor : recovering) {
            if (cursor.index() == FrameLog.AHEAD) {
                return true;
            }
        }
        return false;
    }

    /// What follows does not continue what is here: everybody has to ask the history where they
    /// are.
    void cut() {
        log.cut();
        passed = null;
        wake();
    }

    void recovers(Cursor cursor) {
        recovering.add(cursor);
    }

    void recovered(Cursor cursor) {
        recovering.remove(cursor);
    }

    /// Drops what nobody needs any more.
    void trim() {
        long taken = log.head();
        for (Leg leg : legs) {
            taken = Math.min(taken, leg.needed());
        }
        long needed = taken;
        for (Cursor cursor : recovering) {
            needed = Math.min(needed, Math.max(0, cursor.index()));
        }
        log.trim(0, needed);
        log.trim(KEEP, taken);
    }
}

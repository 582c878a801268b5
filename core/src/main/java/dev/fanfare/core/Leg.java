// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Position;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A [View] on one loop: its subscribers there, and one cursor for all of them that are in step.
///
/// A turn takes the stretch of log from the cursor to the head and writes it, as one shared buffer,
/// to every subscriber in step; whoever cannot take it now gets a cursor of its own, a [Recovery].
/// Touched by its loop only, except for [#wake].
final class Leg {
    private static final Subscription[] NONE = {};
    private static final long NOTHING = Long.MAX_VALUE;

    private final View view;
    private final Turn turn;

    /// Guarded by the channel's lock: whether a turn is owed.
    private boolean awake;

    /// The cursor. Written by the loop under the channel's lock.
    private long next;

    /// The entry from which a turn is just being handed out, or [#NOTHING]: whoever cannot take it
    /// gets a cursor there, so no other leg may drop it before. Guarded by the channel's lock.
    private long handing = NOTHING;

    private Position position;

    /// What the subscribers in step were last sent, or began with; null when they were not sent the
    /// same.
    private @Nullable Position sent;

    private Subscription[] subscribers = NONE;
    private int count;

    /// At the log's head. Under the channel's lock.
    Leg(View view, Turn turn) {
        this.view = view;
        this.turn = turn;
        this.next = view.log().head();
        this.position = view.channel().top();
        this.sent = view.sent(position);
    }

    View view() {
        return view;
    }

    Turn turn() {
        return turn;
    }

    /// Under the channel's lock.
    long next() {
        return next;
    }

    /// Where the subscribers in step are: what they were sent, or what was rightly held back from
    /// them.
    Position position() {
        synchronized (view.channel()) {
            return position;
        }
    }

    @Nullable Position sent() {
        return sent;
    }

    /// The publication at `top` is held back: who was at the head before it is so now. Called under
    /// the channel's lock, by any thread.
    void pass(long head, Position top) {
        if (next == head) {
            next = view.log().head();
            position = top;
        }
    }

    /// There is something new. Called under the channel's lock, by any thread.
    void wake() {
        if (!awake) {
            awake = true;
            turn.owe(this);
        }
    }

    /// The oldest entry that this leg still has to do with. Under the channel's lock.
    long needed() {
        return Math.min(next, handing);
    }

    /// Brings the subscribers to the head.
    void run() {
        long outer;
        long from;
        Position before;
        Position had;
        FrameLog.Stretch stretch;
        synchronized (view.channel()) {
            awake = false;
            stretch = take();
            if (stretch == null && next == view.log().head()) {
                return;
            }
            from = next;
            outer = handing;
            handing = needed();
            before = position;
            had = sent == null ? position : sent;
            next = view.log().head();
            position = view.channel().top();
            sent = view.sent(position);
        }
        try {
            if (stretch == null) {
                lag(from, before, had);
            } else {
                deliver(stretch, from, before, had);
            }
        } finally {
            synchronized (view.channel()) {
                handing = outer;
                view.trim();
            }
        }
    }

    /// Everything up to the head, or null when the log was cut, or there is no memory to join it.
    private FrameLog.@Nullable Stretch take() {
        try {
            return view.log().take(next);
        } catch (OutOfMemoryError _) {
            return null;
        }
    }

    /// @param before where the subscribers in step were, at the log's entry `from`
    /// @param had what they had been sent
    private void deliver(FrameLog.Stretch stretch, long from, Position before, Position had) {
        for (FrameLog.Entry entry : stretch.excepting()) {
            Subscription excepted = turn.subscription(entry.except(), this);
            if (excepted != null && excepted.recovery == null) {
                Recovery.behind(excepted, before, had, from);
            }
        }
        ByteBuf frames = stretch.frames();
        String name = view.channel().name();
        int size = frames.readableBytes();
        int handed = 0;
        try {
            if (size == 0) {
                recover(from, before);
                return;
            }
            for (int i = count - 1; i >= 0; i--) {
                Subscription subscription = subscribers[i];
                Outbox outbox = subscription.session().outbox();
                try {
                    if (subscription.recovery == null && outbox.ready()) {
                        outbox.write(frames.retainedDuplicate(), name, position);
                        handed++;
                    } else {
                        leave(subscription, from, before, had).owe(size);
                    }
                } catch (RuntimeException | Error e) {
                    subscription.session().failed(e);
                }
            }
        } finally {
            frames.release();
        }
        turn.meter().delivered.add((long) handed * stretch.publications());
    }

    /// There is nothing to write: only who has a cursor of its own may have waited for this.
    private void recover(long from, Position before) {
        for (int i = count - 1; i >= 0; i--) {
            Subscription subscription = subscribers[i];
            Recovery recovery = subscription.recovery;
            if (recovery != null) {
                try {
                    recovery.part(before, from);
                    recovery.owe(0);
                } catch (RuntimeException | Error e) {
                    subscription.session().failed(e);
                }
            }
        }
    }

    /// There is no stretch for all: each goes on by itself, from the log, or from the history if
    /// the log was cut before this leg's turn came.
    private void lag(long from, Position before, Position had) {
        long place;
        synchronized (view.channel()) {
            place = from < view.log().first() ? FrameLog.MISSING : from;
        }
        for (int i = count - 1; i >= 0; i--) {
            Subscription subscription = subscribers[i];
            try {
                leave(subscription, place, before, had).owe(0);
            } catch (RuntimeException | Error e) {
                subscription.session().failed(e);
            }
        }
    }

    /// The cursor of somebody who cannot be given the shared frames.
    private static Recovery leave(
            Subscription subscription, long from, Position before, Position had) {
        Recovery recovery = subscription.recovery;
        if (recovery == null) {
            return Recovery.behind(subscription, before, had, from);
        }
        recovery.part(before, from);
        return recovery;
    }

    void add(Subscription subscription) {
        if (count == subscribers.length) {
            subscribers = Arrays.copyOf(subscribers, Math.max(1, count * 2));
        }
        subscription.index = count;
        subscribers[count++] = subscription;
        turn.meter().subscriptions.increment();
    }

    void remove(Subscription subscription) {
        Subscription last = subscribers[--count];
        subscribers[subscription.index] = last;
        last.index = subscription.index;
        subscribers[count] = null;
        turn.meter().subscriptions.decrement();
        if (count == 0) {
            view.channel().drop(this);
        }
    }

    int size() {
        return count;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Position;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// A [View] on one loop: its subscribers there, and one cursor for all of them that are in step.
///
/// A turn takes the stretch of log from the cursor to the head and writes it, as one shared buffer,
/// to every subscriber in step; whoever cannot take it now gets a cursor of its own, a [Recovery].
/// Touched by its loop only, except for [#wake].
final class Leg {
    private static final Subscription[] NONE = {};

    private final View view;
    private final Turn turn;

    /// Guarded by the channel's lock: whether a turn is owed.
    private boolean awake;

    /// The cursor. Written by the loop under the channel's lock.
    private long next;

    private Position position;
    private Subscription[] subscribers = NONE;
    private int count;

    Leg(View view, Turn turn, long next, Position position) {
        this.view = view;
        this.turn = turn;
        this.next = next;
        this.position = position;
    }

    View view() {
        return view;
    }

    Turn turn() {
        return turn;
    }

    long next() {
        return next;
    }

    /// Where the subscribers in step are.
    Position position() {
        return position;
    }

    /// There is something new. Called under the channel's lock, by any thread.
    void wake() {
        if (!awake) {
            awake = true;
            turn.owe(this);
        }
    }

    /// Brings the subscribers to the head.
    void run() {
        long from = next;
        Position before = position;
        View.Stretch stretch;
        synchronized (view.channel()) {
            awake = false;
            stretch = view.take(next);
            if (stretch == null && next == view.head()) {
                return;
            }
            next = view.head();
            position = view.channel().top();
        }
        if (stretch == null) {
            lag(before);
        } else {
            deliver(stretch, from, before);
        }
        synchronized (view.channel()) {
            view.trim();
        }
    }

    private void deliver(View.Stretch stretch, long from, Position before) {
        for (View.Entry entry : stretch.excepting()) {
            Subscription excepted = turn.subscription(entry.except(), this);
            if (excepted != null && excepted.recovery == null) {
                Recovery.behind(excepted, before, from);
            }
        }
        ByteBuf frames = stretch.frames();
        int size = frames.readableBytes();
        int handed = 0;
        try {
            for (int i = count - 1; i >= 0; i--) {
                Subscription subscription = subscribers[i];
                Outbox outbox = subscription.session().outbox();
                if (subscription.recovery == null && outbox.ready()) {
                    outbox.write(frames.retainedDuplicate());
                    handed++;
                } else {
                    if (subscription.recovery == null) {
                        Recovery.behind(subscription, before, from);
                    }
                    owe(subscription, size);
                }
            }
        } finally {
            frames.release();
        }
        turn.meter().delivered.add((long) handed * stretch.publications());
    }

    /// The log was cut before this leg's turn came: everybody reads from the history.
    private void lag(Position before) {
        for (int i = count - 1; i >= 0; i--) {
            Subscription subscription = subscribers[i];
            if (subscription.recovery == null) {
                Recovery.behind(subscription, before, View.MISSING);
            }
            owe(subscription, 0);
        }
    }

    private static void owe(Subscription subscription, int size) {
        Recovery recovery = subscription.recovery;
        if (recovery != null) {
            recovery.owe(size);
        }
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

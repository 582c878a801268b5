// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// What one loop owes its sessions. Legs that have something new queue here, each at most once;
/// when the loop comes to it, every leg delivers, and then every session that was written to is
/// flushed, once.
final class Turn implements Runnable {
    /// Legs in one run, so that reading is not starved.
    private static final int MOST = 4096;

    private static final Session[] NONE = {};

    private final Hub hub;
    private final Loop loop;
    private final ConcurrentLinkedQueue<Leg> legs = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final ArrayList<Outbox> unflushed = new ArrayList<>();
    private Session[] sessions = NONE;
    private int count;
    private long now;

    Turn(Hub hub, Loop loop) {
        this.hub = hub;
        this.loop = loop;
        this.now = hub.clock().nanos();
    }

    Hub hub() {
        return hub;
    }

    Loop loop() {
        return loop;
    }

    Meter meter() {
        return hub.meter();
    }

    /// [dev.fanfare.engine.Clock#nanos], at most about a second old.
    long now() {
        return now;
    }

    /// Any thread.
    void owe(Leg leg) {
        legs.add(leg);
        schedule();
    }

    /// The outbox was written to and is flushed at the end of the turn.
    void unflushed(Outbox outbox) {
        unflushed.add(outbox);
        schedule();
    }

    private void schedule() {
        if (!scheduled.getAndSet(true)) {
            loop.execute(this);
        }
    }

    @Override
    public void run() {
        try {
            int ran = 0;
            for (Leg leg = legs.poll(); leg != null; leg = ran < MOST ? legs.poll() : null) {
                try {
                    leg.run();
                } catch (RuntimeException | Error e) {
                    hub.failures().warn("a channel could not be handed out", e);
                }
                ran++;
            }
            for (int i = 0; i < unflushed.size(); i++) {
                Outbox outbox = unflushed.get(i);
                try {
                    outbox.flush();
                } catch (RuntimeException | Error e) {
                    outbox.session().failed(e);
                }
            }
        } finally {
            // A turn that stayed scheduled would be the last of its loop.
            unflushed.clear();
            scheduled.set(false);
            if (!legs.isEmpty()) {
                schedule();
            }
        }
    }

    void add(Session session) {
        if (count == sessions.length) {
            sessions = Arrays.copyOf(sessions, Math.max(16, count * 2));
        }
        session.place = count;
        sessions[count++] = session;
    }

    void remove(Session session) {
        Session last = sessions[--count];
        sessions[session.place] = last;
        last.place = session.place;
        sessions[count] = null;
    }

    /// Looks after what time does to sessions: about once a second.
    void sweep() {
        now = hub.clock().nanos();
        long millis = hub.clock().millis();
        for (int i = count - 1; i >= 0; i--) {
            Session session = sessions[i];
            try {
                session.tick(now, millis);
            } catch (RuntimeException | Error e) {
                session.failed(e);
            }
        }
    }

    /// The subscription of that session in that leg, if it has one.
    @Nullable Subscription subscription(@Nullable String session, Leg leg) {
        Session known = session == null ? null : hub.session(session);
        return known == null ? null : known.subscriptionIn(leg);
    }

    /// The sessions of this loop.
    List<Session> sessions() {
        return List.copyOf(Arrays.asList(sessions).subList(0, count));
    }
}

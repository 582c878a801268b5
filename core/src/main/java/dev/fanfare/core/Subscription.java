// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import org.jspecify.annotations.Nullable;

/// One session's place in one channel. Touched by the session's loop only.
final class Subscription {
    private final Session session;
    private final LiveChannel channel;
    private State state = State.JOINING;
    private Presence presence = Presence.ABSENT;
    private @Nullable Leg leg;

    /// Where it is in its leg's array.
    int index;

    /// Its own cursor, while it is not in step with its leg.
    @Nullable Recovery recovery;

    enum State {
        /// The engine has not answered yet.
        JOINING,
        LIVE,
        ENDED
    }

    enum Presence {
        ABSENT,
        PRESENT
    }

    Subscription(Session session, LiveChannel channel) {
        this.session = session;
        this.channel = channel;
    }

    Session session() {
        return session;
    }

    LiveChannel channel() {
        return channel;
    }

    State state() {
        return state;
    }

    Leg leg() {
        if (leg == null) {
            throw new IllegalStateException("not live: " + channel.name());
        }
        return leg;
    }

    /// Enters the leg, in step with the others.
    void live(Leg in) {
        leg = in;
        state = State.LIVE;
        in.add(this);
    }

    /// Leaves the leg. Ending it again does nothing.
    ///
    /// @return whether it had not ended before
    boolean end() {
        if (state == State.ENDED) {
            return false;
        }
        state = State.ENDED;
        if (recovery != null) {
            recovery.end();
        }
        if (leg != null) {
            leg.remove(this);
        }
        return true;
    }

    Presence presence() {
        return presence;
    }

    void presence(Presence now) {
        presence = now;
    }
}

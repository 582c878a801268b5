// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

/// What time does to a session: the deadline for connecting, the heartbeat, the end of its token.
/// Looked at by the loop's sweep, so exact to about a second. On the session's loop, except for
/// [#answered].
final class Pulse {
    /// How long before its end a token is said to expire, and how long after it the session lives
    /// on.
    private static final long EXPIRING_MILLIS = 30_000;

    private static final long EXPIRED_MILLIS = 10_000;

    /// How long an answer to a ping may be under way.
    private static final long ROUND_TRIP_NANOS = 2_000_000_000;

    private final Session session;
    private final long openedAt;
    private long heardAt;

    /// 0 when no answer is awaited.
    private volatile long pingedAt;

    private Expiry expiry = Expiry.FAR;

    private enum Expiry {
        FAR,
        TOLD
    }

    Pulse(Session session, long now) {
        this.session = session;
        this.openedAt = now;
        this.heardAt = now;
    }

    /// Something came from the peer.
    void heard() {
        heardAt = session.turn().now();
        if (pingedAt != 0) {
            pingedAt = 0;
        }
    }

    /// Whether no ping has waited for longer than a round trip takes. Any thread.
    boolean answered(long now) {
        long at = pingedAt;
        return at == 0 || now - at < ROUND_TRIP_NANOS;
    }

    /// The token is another.
    void renewed() {
        expiry = Expiry.FAR;
    }

    void connecting(long now) {
        if (now - openedAt > session.endpoint().limits().connectWithin().toNanos()) {
            session.overdue();
        }
    }

    /// @param reads whether the client was seen to read: its answer to a ping is behind what it has
    ///   not read yet
    void connected(long now, long millis, boolean reads) {
        if (reads && pingedAt != 0) {
            pingedAt = Math.max(1, now);
        }

        Principal who = session.principal();
        if (who != null && who.expiresAt() > 0) {
            expire(who.expiresAt(), millis);
        }
        if (session.open()) {
            beat(session.endpoint().limits().heartbeat(), now);
        }
    }

    private void expire(long expiresAt, long millis) {
        if (millis >= expiresAt + EXPIRED_MILLIS) {
            session.disconnect(Close.TOKEN_EXPIRED);
        } else if (millis >= expiresAt - EXPIRING_MILLIS && expiry == Expiry.FAR) {
            expiry = Expiry.TOLD;
            session.push(new Push.Expiring(expiresAt));
        }
    }

    /// A client that was silent is asked; so is one that was sent nothing, for it takes our silence
    /// as our death.
    private void beat(Limits.Heartbeat heartbeat, long now) {
        long silent = now - Math.min(heardAt, session.outbox().wroteAt());
        if (pingedAt != 0) {
            if (now - pingedAt > heartbeat.pongWithin().toNanos()) {
                session.disconnect(Close.NO_PONG);
            }
        } else if (silent >= heartbeat.pingAfter().toNanos()) {
            pingedAt = Math.max(1, now);
            session.ping();
        }
    }
}

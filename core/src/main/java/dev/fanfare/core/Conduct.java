// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import org.jspecify.annotations.Nullable;

/// How a session behaves: the rate of its commands, and how many could not be understood. On the
/// session's loop.
final class Conduct {
    private static final long SECOND = 1_000_000_000;
    private static final long PATIENCE = 10 * SECOND;

    private final TokenBucket bucket;
    private long refusedAt;
    private long floodSince;
    private int badCommands;
    private int denied;

    Conduct(Limits.Rate rate, long now) {
        bucket = new TokenBucket(rate.burst(), now);
    }

    /// Takes one command from the session's rate and its user's.
    ///
    /// @return why it may not be executed, or null when it may
    @Nullable Refusal take(Session session, long now) {
        Limits.Rate rate = session.endpoint().limits().rate();
        long wait = bucket.take(rate.commands(), rate.burst(), now);
        if (wait > 0) {
            return refused("commands", rate.commands(), wait, now);
        }
        Principal who = session.principal();
        wait = who == null ? 0 : session.hub().users().take(who.user(), rate, now);
        return wait > 0 ? refused("user-commands", rate.userCommands(), wait, now) : null;
    }

    private Refusal refused(String limit, int perSecond, long wait, long now) {
        if (refusedAt == 0 || now - refusedAt > SECOND) {
            floodSince = now;
        }
        refusedAt = now;
        return Refusal.limit(
                Refusal.Code.TOO_MANY_REQUESTS,
                limit,
                wait,
                "Too many commands: at most " + perSecond + " a second.");
    }

    /// Counts something that it may not do.
    ///
    /// @return how many there were
    int denied() {
        return ++denied;
    }

    /// Whether it has been over its rate for longer than is borne.
    boolean floods() {
        return refusedAt - floodSince > PATIENCE;
    }

    /// Counts a command that could not be understood.
    ///
    /// @return how many there were
    int bad() {
        return ++badCommands;
    }
}

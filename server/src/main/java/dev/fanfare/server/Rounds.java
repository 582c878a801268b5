// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Environment;
import dev.fanfare.core.Hub;
import dev.fanfare.core.SecurityEvent;
import dev.fanfare.core.Session;
import java.time.Duration;
import java.util.List;

/// An endpoint's [Revalidation], round after round.
///
/// @param within how long what was revoked may stay
record Rounds(Duration within, Revalidation judge) {
    private static final int BATCH = 1_000;

    /// @param endpoint whose sessions are judged
    Repeating begin(String endpoint, Hub hub, Environment environment) {
        // The last tenth is for the round itself.
        Duration most = within.multipliedBy(9).dividedBy(10);
        return Repeating.every(
                most, "revalidation of " + endpoint, environment, () -> round(endpoint, hub));
    }

    private void round(String endpoint, Hub hub) throws Exception {
        List<Session> sessions =
                hub.sessions().stream()
                        .filter(session -> session.endpoint().name().equals(endpoint))
                        .toList();
        for (int from = 0; from < sessions.size(); from += BATCH) {
            judge.judge(sessions.subList(from, Math.min(sessions.size(), from + BATCH)))
                    .forEach((session, close) -> {
                        SecurityEvent.REVOKED
                                .in(session)
                                .with("code", close.code())
                                .with("reason", close.reason())
                                .log();
                        session.disconnect(close);
                    });
        }
    }
}

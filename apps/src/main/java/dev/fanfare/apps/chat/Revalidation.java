// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.chat;

import dev.fanfare.core.Close;
import dev.fanfare.core.Session;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds what was revoked elsewhere: asks the database, for many sessions at once, whether they are
/// still good. While the database does not answer, connected users stay, and nobody new comes in.
final class Revalidation {
    private static final Logger SECURITY = LoggerFactory.getLogger("fanfare.security");
    private static final int BATCH = 1_000;

    private final SignIns signIns;
    private final Supplier<List<Session>> connected;

    Revalidation(SignIns signIns, Supplier<List<Session>> connected) {
        this.signIns = signIns;
        this.connected = connected;
    }

    /// One round. Blocks.
    void round() throws SQLException {
        List<Session> sessions = connected.get();
        for (int from = 0; from < sessions.size(); from += BATCH) {
            batch(sessions.subList(from, Math.min(sessions.size(), from + BATCH)));
        }
        signIns.sweep();
    }

    private void batch(List<Session> sessions) throws SQLException {
        Set<String> hashes = sessions.stream().map(SignedIn::tokenHash).collect(Collectors.toSet());
        Map<String, String> roles = signIns.roles(hashes);
        for (Session session : sessions) {
            String role = roles.get(SignedIn.tokenHash(session));
            if (role == null) {
                SECURITY.info("session revoked: user={}", session.user());
                session.disconnect(Close.REVOKED);
            } else if (!role.equals(SignedIn.role(session))) {
                SECURITY.info("role changed: user={}, role={}", session.user(), role);
                session.disconnect(Close.of(4005, "your role has changed"));
            }
        }
    }
}

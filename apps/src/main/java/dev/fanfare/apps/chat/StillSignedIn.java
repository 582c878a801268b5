// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.chat;

import dev.fanfare.core.Close;
import dev.fanfare.core.Session;
import dev.fanfare.server.Revalidation;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Finds what was revoked elsewhere: asks the database, for many sessions at once, whether they are
/// still good. While the database does not answer, connected users stay, and nobody new comes in.
final class StillSignedIn implements Revalidation {
    private static final Close ROLE_CHANGED = Close.of(4005, "your role has changed");

    private final SignIns signIns;

    StillSignedIn(SignIns signIns) {
        this.signIns = signIns;
    }

    @Override
    public Map<Session, Close> judge(List<Session> sessions) throws SQLException {
        Set<String> hashes = sessions.stream().map(SignedIn::tokenHash).collect(Collectors.toSet());
        Map<String, String> roles = signIns.roles(hashes);
        Map<Session, Close> ended = new HashMap<>();
        for (Session session : sessions) {
            String role = roles.get(SignedIn.tokenHash(session));
            if (role == null) {
                ended.put(session, Close.REVOKED);
            } else if (!role.equals(SignedIn.role(session))) {
                ended.put(session, ROLE_CHANGED);
            }
        }
        return ended;
    }
}

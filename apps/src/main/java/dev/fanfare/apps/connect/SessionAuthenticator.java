// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.connect;

import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Close;
import dev.fanfare.core.Credentials;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Refusal;
import java.sql.SQLException;

/// Lets in who has a session's token. All clients of a session are one user, whose id is the
/// session's: so the limit of connections is one of clients a session.
final class SessionAuthenticator implements Authenticator {
    private static final int MOST = 200;

    private final ConnectSessions sessions;

    SessionAuthenticator(ConnectSessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public Outcome authenticate(Credentials credentials) {
        String sessionId = credentials.query().getOrDefault("sessionId", "");
        String token = credentials.query().getOrDefault("token", "");
        if (sessionId.isEmpty()) {
            return rejected("Missing sessionId", "no sessionId");
        }
        try {
            return sessionId.length() <= MOST
                            && token.length() <= MOST
                            && sessions.verify(sessionId, token)
                    ? Authenticator.accept(Principal.of(sessionId))
                    : rejected("Invalid token", "the token is not the session's");
        } catch (SQLException e) {
            throw new IllegalStateException("cannot verify a token", e);
        }
    }

    private static Outcome rejected(String close, String reason) {
        return new Outcome.Rejected(
                Refusal.of(Refusal.Code.INVALID_TOKEN, close + "."), Close.of(1008, close), reason);
    }
}

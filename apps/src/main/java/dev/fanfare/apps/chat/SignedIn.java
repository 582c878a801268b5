// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.chat;

import dev.fanfare.core.Access;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Session;
import java.util.Map;

/// A session of the sign-in, which the cookie stands for.
///
/// @param tokenHash what is kept of the cookie's value
/// @param role `member` or `admin`
record SignedIn(String tokenHash, ChatUser user, String role) {
    static final String ADMIN = "admin";
    static final String MEMBER = "member";
    private static final String SESSION = "session";
    private static final String ROLE = "role";

    Principal principal() {
        return new Principal(
                user.id(), 0, Map.of("info", user.info(), SESSION, tokenHash, ROLE, role));
    }

    static Access admins() {
        return Access.role(ROLE, ADMIN);
    }

    static String tokenHash(Session session) {
        return claim(session, SESSION);
    }

    static String role(Session session) {
        return claim(session, ROLE);
    }

    private static String claim(Session session, String name) {
        Principal principal = session.principal();
        return principal == null ? "" : String.valueOf(principal.claims().get(name));
    }
}

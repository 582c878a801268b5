// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.chat;

import dev.fanfare.core.Principal;
import dev.fanfare.core.Session;
import java.util.Map;

/// A user as the others see one.
record ChatUser(String id, String email) {
    private static final String INFO = "info";

    /// The user of a session of this app.
    static ChatUser of(Session session) {
        Principal principal = session.principal();
        if (principal == null || !(principal.claims().get(INFO) instanceof Map<?, ?> info)) {
            throw new IllegalStateException("no chat user: session=" + session.id());
        }
        return new ChatUser(principal.user(), String.valueOf(info.get("email")));
    }

    Map<String, Object> info() {
        return Map.of("id", id, "email", email);
    }
}

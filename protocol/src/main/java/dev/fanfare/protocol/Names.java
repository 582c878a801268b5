// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import java.util.Set;

/// The names of fields whose values the codec reads as something else than a string, a number or a
/// boolean; and those of all fields it knows.
final class Names {
    /// Kept as they stand.
    static final Set<String> RAW = Set.of("data", "info", "filter");

    static final Set<String> OBJECTS =
            Set.of("since", "before", "position", "member", "to", "next");
    static final Set<String> LISTS = Set.of("members", "publications");

    static final Set<String> SCALARS =
            Set.of(
                    "type",
                    "id",
                    "version",
                    "token",
                    "channel",
                    "epoch",
                    "offset",
                    "tag",
                    "event",
                    "key",
                    "handler",
                    "limit",
                    "order",
                    "session",
                    "user",
                    "expiresAt",
                    "pingInterval",
                    "messages",
                    "lost",
                    "recovered",
                    "time",
                    "publisher",
                    "prev",
                    "after",
                    "from",
                    "code",
                    "message",
                    "field",
                    "retryAfter",
                    "reason",
                    "reconnect");

    private Names() {}

    static boolean known(String name) {
        return SCALARS.contains(name)
                || RAW.contains(name)
                || OBJECTS.contains(name)
                || LISTS.contains(name);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.store.Envelope.Ids;
import dev.fanfare.core.InvalidMessage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Whom this app tells things: a store, by the channel of that name, or a user.
final class Audience {
    static final String STORE = "storeId";
    static final String USER = "userId";
    private static final String PREFIX = "store:";
    private static final String USER_PREFIX = "store:user:";

    static final String STORES = of("{" + STORE + "}");
    static final String USERS = ofUser("{" + USER + "}");

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_.@+=~#-]{1,100}");

    private Audience() {}

    static String of(String store) {
        return PREFIX + store;
    }

    static String ofUser(String user) {
        return USER_PREFIX + user;
    }

    /// The hub's user: nobody whom another app knows by the same id.
    static String account(String user) {
        return PREFIX + user;
    }

    static String userOf(String account) {
        return String.valueOf(after(PREFIX, account));
    }

    /// Whom what is told to an audience is about.
    static Ids ids(String audience) {
        String user = after(USER_PREFIX, audience);
        return user == null
                ? new Ids(null, after(PREFIX, audience), null)
                : new Ids(user, null, null);
    }

    private static @Nullable String after(String prefix, String name) {
        return name.startsWith(prefix) ? name.substring(prefix.length()) : null;
    }

    /// An id that can be part of an audience's name.
    ///
    /// @param field that it came in
    static String id(String field, @Nullable String value) throws InvalidMessage {
        if (value == null || !ID.matcher(value).matches() || value.contains("..")) {
            throw new InvalidMessage(
                    field, "'" + field + "' must be 1 to 100 letters, digits or any of _.@+=~#-.");
        }
        return value;
    }
}

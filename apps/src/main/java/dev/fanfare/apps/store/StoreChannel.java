// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.store.Envelope.Ids;
import dev.fanfare.core.InvalidMessage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The channels of this app: one for each store, one for each user.
final class StoreChannel {
    static final String STORE = "storeId";
    static final String USER = "userId";
    static final String STORES = of("{" + STORE + "}");
    static final String USERS = ofUser("{" + USER + "}");

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_.@+=~#-]{1,100}");

    private StoreChannel() {}

    static String of(String store) {
        return "store:" + store;
    }

    static String ofUser(String user) {
        return "store:user:" + user;
    }

    /// Whom a channel's publications are about.
    static Ids ids(String channel) {
        String user = after("store:user:", channel);
        return user == null
                ? new Ids(null, after("store:", channel), null)
                : new Ids(user, null, null);
    }

    private static @Nullable String after(String prefix, String channel) {
        return channel.startsWith(prefix) ? channel.substring(prefix.length()) : null;
    }

    /// An id that can be part of a channel's name.
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

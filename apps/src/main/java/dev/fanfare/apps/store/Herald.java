// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.core.Hub;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.Published;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Tells whoever is concerned: everybody in a store, by its channel; a user at every connection, by
/// the user's own channel. Any thread.
final class Herald {
    private final Supplier<Hub> hub;
    private final UserEvents users;

    Herald(Supplier<Hub> hub, UserEvents users) {
        this.hub = hub;
        this.users = users;
    }

    /// @param key telling it again with the same key changes nothing
    CompletionStage<Published> tell(String audience, StoreEvent event, byte[] data, String key) {
        String user = Audience.ids(audience).user();
        return user == null ? store(audience, event, data, key) : user(user, event, data, key);
    }

    CompletionStage<Published> store(
            String channel, StoreEvent event, byte[] data, @Nullable String key) {
        return hub.get().channel(channel).publish(Content.of(event.wire(), data), key);
    }

    CompletionStage<Published> user(
            String user, StoreEvent event, byte[] data, @Nullable String key) {
        return users.publish(user, Content.of(event.wire(), data), key);
    }
}

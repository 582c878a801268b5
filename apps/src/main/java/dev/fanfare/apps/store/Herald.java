// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.core.Hub;
import dev.fanfare.core.Sent;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.Published;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Tells whoever is concerned: everybody in a store, by its channel; a user at every connection, or
/// by the inbox while there is none. Any thread.
final class Herald {
    private final StoreDialect dialect;
    private final Supplier<Hub> hub;

    Herald(StoreDialect dialect, Supplier<Hub> hub) {
        this.dialect = dialect;
        this.hub = hub;
    }

    /// @param key telling a store again with the same key changes nothing
    CompletionStage<?> tell(String audience, StoreEvent event, byte[] data, String key) {
        String user = Audience.ids(audience).user();
        return user == null ? store(audience, event, data, key) : user(user, event, data);
    }

    CompletionStage<Published> store(
            String channel, StoreEvent event, byte[] data, @Nullable String key) {
        return hub.get().channel(channel).publish(Content.of(event.wire(), data), key);
    }

    CompletionStage<Sent> user(String user, StoreEvent event, byte[] data) {
        Envelope.Ids ids = new Envelope.Ids(user, null, null);
        return hub.get().user(Audience.account(user)).send(dialect.message(event, data, ids));
    }
}

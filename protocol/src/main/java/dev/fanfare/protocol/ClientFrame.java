// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import org.jspecify.annotations.Nullable;

/// What a client sends: one command in one WebSocket text message.
public sealed interface ClientFrame {
    /// What the reply is matched by, 1 to 2^53-1; 0 for a command that wants no reply.
    long id();

    record Connect(long id, int version, @Nullable String token) implements ClientFrame {}

    record Refresh(long id, String token) implements ClientFrame {}

    /// @param since where to resume, or null to begin with what is published from now on
    /// @param filter what of it is wanted, or null for everything
    record Subscribe(long id, String channel, @Nullable Position since, @Nullable Condition filter)
            implements ClientFrame {}

    record Unsubscribe(long id, String channel) implements ClientFrame {}

    /// @param key the idempotency key, at most 128 characters, or null
    record Publish(
            long id, String channel, @Nullable String event, @Nullable String key, RawJson data)
            implements ClientFrame {}

    /// @param handler the name of the server's message handler
    record Send(long id, String handler, RawJson data) implements ClientFrame {}

    /// @param after the user behind whom to begin, or null
    record Presence(long id, String channel, @Nullable String after) implements ClientFrame {}

    /// @param since only what comes after it, or null for all that is kept
    /// @param before only what comes before it, or null
    /// @param limit 1 to 1,000
    record History(
            long id,
            String channel,
            @Nullable Position since,
            @Nullable Position before,
            int limit,
            Order order)
            implements ClientFrame {
        public enum Order {
            OLDEST,
            NEWEST
        }
    }

    /// Asks for what waits for the user, and for what is sent to the user from now on.
    record Inbox(long id) implements ClientFrame {}

    record Ping(long id) implements ClientFrame {}

    /// The answer to [ServerFrame.Ping].
    record Pong() implements ClientFrame {
        @Override
        public long id() {
            return 0;
        }
    }
}

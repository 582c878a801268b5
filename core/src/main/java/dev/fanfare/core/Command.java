// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Position;
import org.jspecify.annotations.Nullable;

/// What a client asks of its session, whatever dialect it was said in.
public sealed interface Command {
    /// What the reply is matched by; 0 when the client wants none. An error is answered even so.
    long id();

    /// Says who the client is.
    record Connect(long id, int version, @Nullable String token) implements Command {}

    /// Replaces the token of a live session.
    record Refresh(long id, String token) implements Command {}

    /// @param since where to resume; null begins with what is published from now on
    /// @param filter what of it is wanted
    record Subscribe(long id, String channel, @Nullable Position since, Filter filter)
            implements Command {
        public Subscribe(long id, String channel, @Nullable Position since) {
            this(id, channel, since, Filter.EVERYTHING);
        }
    }

    record Unsubscribe(long id, String channel) implements Command {}

    record Publish(
            long id,
            String channel,
            @Nullable String event,
            byte[] data,
            @Nullable String idempotencyKey)
            implements Command {}

    /// A message to the server's own code.
    ///
    /// @param handler the name it was registered under
    record Send(long id, String handler, byte[] data) implements Command {}

    /// @param after the user behind whom to begin, or null for the first
    record Presence(long id, String channel, @Nullable String after) implements Command {
        public Presence(long id, String channel) {
            this(id, channel, null);
        }
    }

    record History(long id, String channel, HistoryQuery query) implements Command {}

    /// Asks for what waits for the session's user, and for what is sent to it from now on.
    record Inbox(long id) implements Command {}

    record Ping(long id) implements Command {}

    /// The answer to [Push.Ping]; it has no reply.
    record Pong() implements Command {
        @Override
        public long id() {
            return 0;
        }
    }

    /// What could not be understood: it is answered with the refusal. Without an `id` it counts
    /// against the session.
    record Malformed(long id, Refusal refusal) implements Command {}
}

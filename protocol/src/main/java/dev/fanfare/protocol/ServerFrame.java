// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a server sends: a reply or a push in one WebSocket text message. Times are milliseconds
/// since 1970.
public sealed interface ServerFrame {
    /// The answer to the command with this id.
    sealed interface Reply extends ServerFrame {
        long id();
    }

    /// What no command asked for, or what follows from one much later.
    sealed interface Push extends ServerFrame {}

    /// @param user the user's id, or null for an anonymous session
    /// @param expiresAt when the token ends; 0 for never
    /// @param pingInterval after how much silence of the client the server pings, milliseconds
    record Connected(
            long id,
            int version,
            String session,
            @Nullable String user,
            long expiresAt,
            long pingInterval)
            implements Reply {}

    /// @param expiresAt when the new token ends; 0 for never
    record Refreshed(long id, long expiresAt) implements Reply {}

    record Subscribed(long id, String channel, Position position, Recovered recovered)
            implements Reply {
        public enum Recovered {
            /// The command had no position.
            NOT_ASKED,
            /// Everything after the position follows.
            YES,
            /// Something is lost; the subscription begins at its `position`.
            NO
        }
    }

    record Unsubscribed(long id, String channel) implements Reply {}

    record Published(long id, Position position) implements Reply {}

    /// What a message handler answered.
    ///
    /// @param data null when it answered nothing
    record Answer(long id, @Nullable RawJson data) implements Reply {}

    /// @param after what asks for the next page, or null when this is the last one
    record Presence(long id, String channel, List<Member> members, @Nullable String after)
            implements Reply {}

    /// @param next the `since` or `before` that asks for the next page, or null when this holds
    ///   everything
    record History(long id, String channel, List<Entry> publications, @Nullable Position next)
            implements Reply {}

    /// @param messages how many waited and follow
    /// @param lost how many more there were, which are lost
    record Inbox(long id, int messages, long lost) implements Reply {}

    record Pong(long id) implements Reply {}

    record Refused(long id, Problem problem) implements Reply {}

    /// @param prev the offset of the publication before this one in this subscription's view
    record Publication(String channel, long prev, Entry entry) implements Push {}

    record Joined(String channel, Member member) implements Push {}

    record Left(String channel, Member member) implements Push {}

    /// A message to this session or user, outside any channel.
    record Message(@Nullable String event, long time, RawJson data) implements Push {}

    /// The server has opened the user's inbox.
    ///
    /// @param messages how many waited and follow
    /// @param lost how many more there were, which are lost
    record InboxByServer(int messages, long lost) implements Push {}

    /// Publications after `from` up to and with `to` are lost to this subscription.
    record Gap(String channel, long from, Position to) implements Push {}

    record SubscribedByServer(String channel, Position position) implements Push {}

    record UnsubscribedByServer(String channel, String code, String message) implements Push {}

    /// The token is about to end.
    record Expiring(long expiresAt) implements Push {}

    /// Asks for [ClientFrame.Pong].
    record Ping() implements Push {}

    /// The last frame before the close.
    ///
    /// @param code the close code that follows
    /// @param reconnect whether the client should come back by itself
    /// @param retryAfter milliseconds to wait first, or -1 for the client's own backoff
    record Disconnect(int code, String reason, boolean reconnect, long retryAfter)
            implements Push {}

    /// What could not be done, where no id can be answered.
    record Failed(Problem problem) implements Push {}
}

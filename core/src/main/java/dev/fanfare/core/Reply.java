// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer to one [Command].
public sealed interface Reply {
    /// @param session the session's id
    /// @param user the id of the user, or null for an anonymous session
    /// @param expiresAt when the token ends, milliseconds since 1970; 0 for never
    /// @param pingInterval after how much silence the server pings, milliseconds
    record Connected(String session, @Nullable String user, long expiresAt, long pingInterval)
            implements Reply {}

    record Refreshed(long expiresAt) implements Reply {}

    /// The subscription is live from `position` on.
    record Subscribed(String channel, Position position, Recovered recovered) implements Reply {}

    record Unsubscribed(String channel) implements Reply {}

    record Published(Position position) implements Reply {}

    /// What a message handler answered, or null when it answered nothing.
    record Answer(byte @Nullable [] data) implements Reply {}

    /// @param after the user behind whom the next page begins, or null when this is the last one
    record Presence(String channel, List<Member> members, @Nullable String after)
            implements Reply {}

    /// @param next where the next page begins, `since` or `before` it, if this one ends for its
    ///   size; null when it holds everything that was asked for
    record History(String channel, List<Publication> publications, @Nullable Position next)
            implements Reply {}

    /// So many messages waited and follow; so many more were lost.
    record Inbox(int messages, long lost) implements Reply {}

    record Pong() implements Reply {}

    record Refused(Refusal refusal) implements Reply {}

    /// Whether what was missed since the position asked for follows.
    enum Recovered {
        /// No position was given.
        NOT_ASKED,
        /// Everything after the position follows.
        YES,
        /// Something is lost; the subscription begins at the newest position.
        NO
    }
}

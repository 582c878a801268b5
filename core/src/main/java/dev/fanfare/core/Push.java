// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;

/// What the server sends unasked.
public sealed interface Push {
    /// @param prev the offset before this one in the view of this subscription; it differs from
    ///   `offset - 1` where something was left out on purpose
    record Delivery(String channel, Publication publication, long prev) implements Push {
        public boolean afterHole() {
            return prev != publication.offset() - 1;
        }
    }

    record Joined(String channel, Member member) implements Push {}

    record Left(String channel, Member member) implements Push {}

    /// A message to this session or user, outside any channel.
    ///
    /// @param time milliseconds since 1970
    record Message(Content content, long time) implements Push {}

    /// The server has opened the inbox of this session's user: so many messages waited and follow;
    /// so many more were lost.
    record Inbox(int messages, long lost) implements Push {}

    /// Publications after `from` up to and with `to` are lost to this subscription.
    record Gap(String channel, long from, Position to) implements Push {}

    /// The server has subscribed this session.
    record Subscribed(String channel, Position position) implements Push {}

    /// The server has ended this subscription.
    record Unsubscribed(String channel, Refusal reason) implements Push {}

    /// The token is about to end.
    ///
    /// @param expiresAt milliseconds since 1970
    record Expiring(long expiresAt) implements Push {}

    /// Are you there? For dialects whose clients cannot see the transport's own ping.
    record Ping() implements Push {}

    /// The last thing a session is sent.
    record Disconnect(Close close) implements Push {}

    /// What could not be done, where no command asked for it.
    record Failed(Refusal refusal) implements Push {}
}

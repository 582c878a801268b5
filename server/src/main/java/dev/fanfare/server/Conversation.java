// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Close;

/// What is said over one WebSocket connection: a session's dialect, or a protocol of a [Gateway]'s.
/// Called on the connection's loop.
public interface Conversation {
    /// For logs.
    String name();

    /// Bytes came from the peer, whatever they are.
    default void heard() {}

    /// A complete text message.
    ///
    /// @param message valid UTF-8
    void text(byte[] message);

    /// A complete binary message, where [Gateway.Accept#messages] admits them.
    void binary(byte[] message);

    /// A whole message was larger than is taken, and thrown away.
    void tooLarge();

    /// Whether it takes another message now. If not, nothing is read until the socket's
    /// [dev.fanfare.core.Transport#resume], so that the peer has to wait.
    default boolean hasRoom() {
        return true;
    }

    /// The socket takes more again.
    void writable();

    /// Whether the peer has said who it is; until then its address is counted.
    boolean known();

    /// The peer does what it may not: the connection is to be closed with this.
    void offended(Close close);

    /// The connection is gone, or about to be. Called once or more; all but the first mean nothing.
    void closed(Close close);
}

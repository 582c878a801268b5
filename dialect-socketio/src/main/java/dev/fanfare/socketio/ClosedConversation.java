// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Close;
import dev.fanfare.server.Conversation;

/// A WebSocket that was accepted only to be closed: what still comes is dropped.
record ClosedConversation() implements Conversation {
    @Override
    public String name() {
        return "socket.io";
    }

    @Override
    public void text(byte[] message) {}

    @Override
    public void binary(byte[] message) {}

    @Override
    public void tooLarge() {}

    @Override
    public void writable() {}

    @Override
    public boolean known() {
        return false;
    }

    @Override
    public void offended(Close close) {}

    @Override
    public void closed(Close close) {}
}

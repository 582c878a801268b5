// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Close;
import dev.fanfare.core.Command;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Session;

/// A session that speaks the dialect of its route.
record SessionConversation(WebSocketRoute route, Session session) implements Conversation {
    @Override
    public String name() {
        return route.endpoint().name();
    }

    @Override
    public void heard() {
        session.heard();
    }

    @Override
    public void text(byte[] message) {
        session.receive(route.dialect().decode(message));
    }

    @Override
    public void binary(byte[] message) {
        session.receive(route.dialect().decodeBinary(message));
    }

    @Override
    public void tooLarge() {
        session.receive(tooLarge(route.frames()));
    }

    /// What a message is that was thrown away for its size.
    static Command tooLarge(FrameLimits limits) {
        return new Command.Malformed(
                0,
                Refusal.limit(
                        Refusal.Code.MESSAGE_TOO_LARGE,
                        "max-message",
                        -1,
                        "A message has at most "
                                + limits.message()
                                + " bytes. Send less at once."));
    }

    @Override
    public void writable() {
        session.writable();
    }

    @Override
    public boolean known() {
        return session.connected();
    }

    @Override
    public void offended(Close close) {
        session.disconnect(close);
    }

    @Override
    public void closed(Close close) {
        session.closed(close);
    }
}

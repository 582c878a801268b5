// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.chat;

import dev.fanfare.apps.Json;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import dev.fanfare.server.TypedHandler;
import java.util.Map;

/// Tells the others that a user types, or does not any more.
final class TypingIndicatorHandler implements TypedHandler<TypingIndicatorHandler.Typing> {
    private static final String TYPE = "typing";

    record Typing(boolean isTyping) {}

    @Override
    public String messageType() {
        return TYPE;
    }

    @Override
    public Class<Typing> type() {
        return Typing.class;
    }

    @Override
    public void handle(Session session, Typing message) {
        ChatUser user = ChatUser.of(session);
        Lobby.publish(
                session,
                Content.of(TYPE, Json.write(Map.of("isTyping", message.isTyping(), "user", user)))
                        .by(user.id())
                        .except(session.id()));
    }
}

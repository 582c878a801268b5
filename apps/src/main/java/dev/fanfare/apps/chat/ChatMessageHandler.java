// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.chat;

import dev.fanfare.apps.Json;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import dev.fanfare.server.TypedHandler;
import java.util.Map;

/// Sends what a user says to everybody in the lobby.
final class ChatMessageHandler implements TypedHandler<ChatMessageHandler.ChatMessage> {
    static final String TYPE = "chat_message";
    private static final int MOST = 4_000;

    private final ChatSettings settings;

    ChatMessageHandler(ChatSettings settings) {
        this.settings = settings;
    }

    record ChatMessage(String content) {}

    @Override
    public String messageType() {
        return TYPE;
    }

    @Override
    public Class<ChatMessage> type() {
        return ChatMessage.class;
    }

    /// Text is rejected, never rewritten: no control characters but tab and line feed, no half of a
    /// surrogate pair. Pages escape what they show.
    @Override
    public void validate(ChatMessage message) throws InvalidMessage {
        String content = message.content();
        if (content.isBlank()) {
            throw new InvalidMessage("content", "The content is empty.");
        }
        int length = content.codePointCount(0, content.length());
        if (length > MOST) {
            throw new InvalidMessage(
                    "content",
                    "The content has " + length + " characters; " + MOST + " are allowed.");
        }
        if (content.codePoints().anyMatch(ChatMessageHandler::illegal)) {
            throw new InvalidMessage("content", "The content has a control character.");
        }
    }

    private static boolean illegal(int point) {
        return Character.isISOControl(point) && point != '\n' && point != '\t' && point != '\r'
                || Character.getType(point) == Character.SURROGATE;
    }

    @Override
    public void handle(Session session, ChatMessage message) {
        ChatUser user = ChatUser.of(session);
        Content content =
                Content.of(TYPE, Json.write(Map.of("content", message.content(), "user", user)))
                        .by(user.id())
                        .except(settings.echoToSender() ? null : session.id());
        Lobby.publish(session, content);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.chat;

import dev.fanfare.apps.Json;
import dev.fanfare.core.Access;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import dev.fanfare.server.TypedHandler;
import java.util.Map;

/// Lets those with the role say something to everybody.
final class AnnouncementHandler implements TypedHandler<AnnouncementHandler.Announcement> {
    private static final String TYPE = "announcement";
    private static final int MOST = 4_000;

    record Announcement(String message) {}

    @Override
    public String messageType() {
        return TYPE;
    }

    @Override
    public Class<Announcement> type() {
        return Announcement.class;
    }

    @Override
    public Access access() {
        return SignedIn.admins();
    }

    @Override
    public void validate(Announcement announcement) throws InvalidMessage {
        String message = announcement.message();
        if (message.isBlank() || message.length() > MOST) {
            throw new InvalidMessage(
                    "message", "The message must have 1 to " + MOST + " characters.");
        }
    }

    @Override
    public void handle(Session session, Announcement announcement) {
        Lobby.publish(
                session,
                Content.of(TYPE, Json.write(Map.of("message", announcement.message())))
                        .by(session.user()));
    }
}

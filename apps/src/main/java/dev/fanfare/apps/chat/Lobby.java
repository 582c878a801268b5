// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.chat;

import dev.fanfare.apps.Json;
import dev.fanfare.core.Channel;
import dev.fanfare.core.Close;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.EngineUnavailable;
import dev.fanfare.engine.Member;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one channel of the chat, and who is in it.
final class Lobby implements Endpoint.Lifecycle {
    static final String CHANNEL = "chat:lobby";
    private static final Logger LOG = LoggerFactory.getLogger(Lobby.class);
    private static final int MOST_LISTED = 1_000;

    private final ChatSettings settings;

    Lobby(ChatSettings settings) {
        this.settings = settings;
    }

    /// Greets the session and lets it in: `welcome`, then `user_list`, then what is said.
    @Override
    public void opened(Session session) throws Exception {
        ChatUser user = ChatUser.of(session);
        if (settings.verboseLogging()) {
            LOG.info("User {} connected", user.email());
        }
        Map<String, Object> welcome = new LinkedHashMap<>();
        welcome.put("user", user);
        welcome.put("connectionId", session.id());
        session.send(Content.of("welcome", Json.write(welcome)));
        session.subscribe(CHANNEL, () -> users(session.channel(CHANNEL), user))
                .whenComplete((_, failure) -> {
                    if (failure != null) {
                        session.disconnect(Close.TRY_LATER);
                    }
                });
    }

    @Override
    public void closed(Session session, Close close) {
        if (settings.verboseLogging()) {
            LOG.info("User {} disconnected, code={}", ChatUser.of(session).email(), close.code());
        }
    }

    /// Who is here; `self` always is, though the engine may not know yet.
    private static Content users(Channel lobby, ChatUser self)
            throws ExecutionException, InterruptedException {
        List<Object> users = new ArrayList<>();
        users.add(self);
        for (Member member : lobby.members(MOST_LISTED).toCompletableFuture().get()) {
            if (!member.user().equals(self.id())) {
                users.add(Json.raw(member.info()));
            }
        }
        return Content.of("user_list", Json.write(Map.of("users", users)));
    }

    /// Publishes, and waits until that is certain, so that a session's messages keep their order.
    /// While the engine does not answer, the session is told.
    static void publish(Session session, Content content) {
        try {
            session.channel(CHANNEL).publish(content, null).toCompletableFuture().join();
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof EngineUnavailable)) {
                throw e;
            }
            session.refuse(
                    Refusal.limit(
                            Refusal.Code.UNAVAILABLE,
                            "engine",
                            1_000,
                            "This could not be sent. Try again."));
        }
    }
}

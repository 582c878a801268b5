// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.chat;

import dev.fanfare.apps.Json;
import dev.fanfare.apps.Since;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Publication;
import dev.fanfare.server.TypedHandler;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Sends what was said in the lobby, for who has just come or was away: the latest messages, the
/// oldest of them first, one's own too.
final class HistoryHandler implements TypedHandler<HistoryHandler.Wanted> {
    /// What the lobby keeps: indications of typing are in it, and are not sent again.
    static final int KEPT = 1_000;

    static final Duration KEPT_FOR = Duration.ofMinutes(10);
    private static final String TYPE = "history";
    private static final int MOST_BYTES = 128 << 10;
    private static final Duration WITHIN = Duration.ofSeconds(5);

    private final Since returning;

    HistoryHandler(Since returning) {
        this.returning = returning;
    }

    /// @param since the timestamp of the latest message that the client has; null for all
    record Wanted(@Nullable String since) {}

    private record Answer(Collection<ObjectNode> messages, boolean complete) {}

    @Override
    public String messageType() {
        return TYPE;
    }

    @Override
    public Class<Wanted> type() {
        return Wanted.class;
    }

    @Override
    public void validate(Wanted wanted) throws InvalidMessage {
        instant(wanted);
    }

    private static @Nullable Instant instant(Wanted wanted) throws InvalidMessage {
        try {
            return wanted.since == null ? null : Instant.parse(wanted.since);
        } catch (DateTimeParseException e) {
            throw new InvalidMessage("since", "'since' must be the timestamp of a message.");
        }
    }

    @Override
    public void handle(Session session, Wanted wanted) throws Exception {
        Instant since = instant(wanted);
        History history =
                session.channel(Lobby.CHANNEL)
                        .history(HistoryQuery.latest(KEPT))
                        .toCompletableFuture()
                        .get(WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        Answer answer =
                history instanceof History.Entries kept
                        ? answer(kept, since, rules(session))
                        : new Answer(List.of(), false);
        session.send(Content.of(TYPE, Json.write(answer)));
    }

    private static ChannelRules rules(Session session) {
        return Objects.requireNonNull(session.endpoint().rules().match(Lobby.CHANNEL)).rules();
    }

    private Answer answer(History.Entries kept, @Nullable Instant since, ChannelRules rules)
            throws InvalidMessage {
        long from = since == null ? 0 : since.toEpochMilli();
        boolean known = since != null && returning.after(kept, from, rules) != Since.NOWHERE;
        Deque<ObjectNode> messages = new ArrayDeque<>();
        int bytes = 0;
        for (Publication entry : kept.publications()) {
            if (!ChatMessageHandler.TYPE.equals(entry.content().event()) || entry.time() <= from) {
                continue;
            }
            bytes += entry.content().data().length;
            if (bytes > MOST_BYTES) {
                return new Answer(messages, false);
            }
            messages.addFirst(message(entry));
        }
        return new Answer(messages, known);
    }

    private static ObjectNode message(Publication entry) throws InvalidMessage {
        return Json.read(entry.content().data(), ObjectNode.class)
                .put("timestamp", Instant.ofEpochMilli(entry.time()).toString());
    }
}

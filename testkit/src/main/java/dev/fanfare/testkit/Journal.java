// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import dev.fanfare.engine.Position;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a [TestClient] remembers over its connections: where each subscription is. It tells a
/// [DeliveryChecker], if there is one, and answers pings. Thread-safe; hears on the reading thread.
final class Journal implements WebSocketClient.Ear {
    private final @Nullable DeliveryChecker checker;
    private final String name;
    private final Map<String, Position> positions = new LinkedHashMap<>();
    private final Map<String, Filtered> filters = new HashMap<>();
    private final Map<String, SubscriberView> views = new HashMap<>();
    private final Map<Long, Sent> sent = new HashMap<>();
    private volatile boolean answersPings = true;

    private record Sent(String channel, String payload) {}

    Journal(@Nullable DeliveryChecker checker, String name) {
        this.checker = checker;
        this.name = name;
    }

    synchronized void sends(long id, String channel, String payload) {
        if (checker != null) {
            checker.sent(channel, payload);
            sent.put(id, new Sent(channel, payload));
        }
    }

    /// The client is about to ask for everything after `since`.
    synchronized void resumes(String channel, Position since) {
        positions.put(channel, since);
    }

    /// The client is about to ask for what passes the filter.
    synchronized void filters(String channel, Filtered filter) {
        filters.put(channel, filter);
        SubscriberView view = view(channel);
        if (view != null) {
            view.wants(filter.passes());
        }
    }

    synchronized @Nullable Filtered filter(String channel) {
        return filters.get(channel);
    }

    synchronized Position position(String channel) {
        Position known = positions.get(channel);
        if (known == null) {
            throw new AssertionError("not subscribed to " + channel + ", only " + positions);
        }
        return known;
    }

    synchronized Map<String, Position> positions() {
        return new LinkedHashMap<>(positions);
    }

    void ignorePings() {
        answersPings = false;
    }

    @Override
    public void hears(WebSocketClient by, JsonNode message) {
        String channel = message.path("channel").asString("");
        switch (message.path("type").asString("")) {
            case "publication" -> publication(channel, message);
            case "subscribed" -> subscribed(channel, message);
            case "gap" -> gap(channel, message);
            case "unsubscribed" -> unsubscribed(channel);
            case "published" -> acked(message);
            case "ping" -> {
                if (answersPings) {
                    by.sends("{\"type\":\"pong\"}");
                }
            }
            default -> {
                // Nothing to remember.
            }
        }
    }

    private synchronized void publication(String channel, JsonNode json) {
        long offset = json.path("offset").asLong();
        String tag = json.path("tag").asString("");
        positions.computeIfPresent(
                channel, (any, before) -> new Position(before.epoch(), offset, tag));
        SubscriberView view = view(channel);
        if (view != null) {
            String payload = json.path("data").toString();
            view.publication(offset, tag, json.path("prev").asLong(offset - 1), payload);
        }
    }

    private synchronized void subscribed(String channel, JsonNode json) {
        Position at = Reply.position(json.path("position"));
        Recovered recovered = Reply.recovered(json);
        if (recovered != Recovered.YES) {
            positions.put(channel, at);
        }
        SubscriberView view = view(channel);
        if (view != null) {
            view.subscribed(at, recovered);
        }
    }

    private synchronized void gap(String channel, JsonNode json) {
        Position to = Reply.position(json.path("to"));
        positions.put(channel, to);
        SubscriberView view = view(channel);
        if (view != null) {
            view.gap(json.path("from").asLong(), to);
        }
    }

    private synchronized void unsubscribed(String channel) {
        positions.remove(channel);
        filters.remove(channel);
        SubscriberView view = view(channel);
        if (view != null) {
            view.disconnected();
            view.wants(any -> true);
        }
    }

    private synchronized void acked(JsonNode json) {
        Sent what = sent.remove(json.path("id").asLong());
        if (what != null && checker != null) {
            checker.acked(what.channel, Reply.position(json.path("position")), what.payload);
        }
    }

    private @Nullable SubscriberView view(String channel) {
        DeliveryChecker to = checker;
        return to == null
                ? null
                : views.computeIfAbsent(channel, any -> to.subscriber(name, channel));
    }

    @Override
    public synchronized void ends() {
        views.values().forEach(SubscriberView::disconnected);
    }
}

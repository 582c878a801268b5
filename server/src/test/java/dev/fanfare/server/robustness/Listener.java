// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.robustness;

import dev.fanfare.engine.Position;
import dev.fanfare.testkit.Recovered;
import dev.fanfare.testkit.SubscriberView;
import dev.fanfare.testkit.WebSocketClient;
import java.time.Duration;
import tools.jackson.databind.JsonNode;

/// A client that does what it should: it reads, answers pings, and tells its view all that comes.
final class Listener implements AutoCloseable {
    private static final Duration FOREVER = Duration.ofMinutes(5);

    private final WebSocketClient client;
    private final SubscriberView view;
    private final String channel;
    private final Thread reader;

    Listener(WebSocketClient client, SubscriberView view, String channel) {
        this.client = client;
        this.view = view;
        this.channel = channel;
        client.sends("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + channel + "\"}");
        JsonNode reply =
                client.receivesJson(
                        message -> message.path("type").asString("").equals("subscribed"));
        view.subscribed(position(reply.get("position")), Recovered.NOT_ASKED);
        reader = Thread.ofVirtual().name("listener").start(this::read);
    }

    WebSocketClient client() {
        return client;
    }

    /// Whether it has come that far; true for one that listens elsewhere.
    boolean has(String where, Position position) {
        Position here = view.position();
        return !where.equals(channel) || (here != null && here.offset() >= position.offset());
    }

    private void read() {
        try {
            while (true) {
                receive(client.receivesJson("anything", FOREVER, message -> true));
            }
        } catch (AssertionError ended) {
            view.disconnected();
        }
    }

    private void receive(JsonNode message) {
        switch (message.path("type").asString("")) {
            case "publication" -> {
                long offset = message.get("offset").asLong();
                long prev = message.path("prev").asLong(offset - 1);
                view.publication(
                        offset,
                        message.get("tag").asString(),
                        prev,
                        message.get("data").toString());
            }
            case "gap" -> view.gap(message.get("from").asLong(), position(message.get("to")));
            case "ping" -> client.sends("{\"type\":\"pong\"}");
            default -> {}
        }
    }

    private static Position position(JsonNode node) {
        return new Position(
                node.get("epoch").asString(),
                node.get("offset").asLong(),
                node.get("tag").asString());
    }

    @Override
    public void close() {
        client.close();
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

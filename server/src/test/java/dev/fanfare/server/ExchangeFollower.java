// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static dev.fanfare.server.ExchangeClient.CONNECT;

import dev.fanfare.engine.Position;
import dev.fanfare.server.ExchangeClient.Answer;
import dev.fanfare.testkit.Recovered;
import dev.fanfare.testkit.SubscriberView;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Follows one channel as SPEC.md, 13, says that a client does: each request goes to another node,
/// from the position that this side keeps, and what was lost on the way is asked for again. On one
/// thread.
final class ExchangeFollower {
    /// Publications after which a stream is left for the next node.
    private static final int MOST_OF_ONE = 25;

    private final List<Integer> ports;
    private final Way way;
    private final String channel;
    private final SubscriberView view;
    private @Nullable Position at;
    private String lastEventId = "";
    private int requests;

    enum Way {
        POLL,
        STREAM,
        /// By GET, with `Last-Event-ID`.
        FOLLOW
    }

    ExchangeFollower(List<Integer> ports, Way way, String channel, SubscriberView view) {
        this.ports = ports;
        this.way = way;
        this.channel = channel;
        this.view = view;
    }

    long offset() {
        return at == null ? 0 : at.offset();
    }

    /// How often it asked.
    int requests() {
        return requests;
    }

    /// Subscribes, and no more.
    void begin() {
        while (at == null) {
            exchange(0);
        }
    }

    /// Goes on to the channel's publication of that offset.
    void follow(long last) {
        while (offset() < last) {
            exchange(last);
        }
    }

    private void exchange(long last) {
        int port = ports.get(requests++ % ports.size());
        try (ExchangeClient client = new ExchangeClient(port)) {
            take(client, last);
        } catch (SocketTimeoutException silent) {
            throw new AssertionError("neither an answer nor a comment in time", silent);
        } catch (IOException lost) {
            // It is asked for again.
        } finally {
            view.disconnected();
        }
    }

    private void take(ExchangeClient client, long last) throws IOException {
        switch (way) {
            case POLL -> {
                Answer answer = client.poll("/exchange?wait=2000", CONNECT, subscribe());
                answer.frames().forEach(this::hear);
            }
            case STREAM -> {
                client.stream(CONNECT, subscribe());
                read(client, last);
            }
            case FOLLOW -> {
                String since =
                        lastEventId.isEmpty() ? "" : "Last-Event-ID: " + lastEventId + "\r\n";
                client.raw("GET /exchange?channel=" + channel + " HTTP/1.1\r\nHost: x\r\n" + since)
                        .answer();
                read(client, last);
            }
        }
    }

    private void read(ExchangeClient client, long last) throws IOException {
        long until = Math.min(last, offset() + MOST_OF_ONE);
        do {
            List<String> block = client.block();
            if (block.isEmpty()) {
                return;
            }
            for (String line : block) {
                if (line.startsWith("data: ")) {
                    hear(ExchangeClient.JSON.readTree(line.substring(6)));
                } else if (line.startsWith("id: ")) {
                    lastEventId = line.substring(4);
                }
            }
        } while (at == null || nowhere() || offset() < until);
    }

    /// Whether it could not say yet where to go on.
    private boolean nowhere() {
        return way == Way.FOLLOW && lastEventId.isEmpty();
    }

    private String subscribe() {
        Position since = at;
        return "{'type':'subscribe','id':2,'channel':'"
                + channel
                + "'"
                + (since == null
                        ? ""
                        : ",'since':{'epoch':'"
                                + since.epoch()
                                + "','offset':"
                                + since.offset()
                                + ",'tag':'"
                                + since.tag()
                                + "'}")
                + "}";
    }

    private void hear(JsonNode frame) {
        switch (frame.path("type").asString()) {
            case "subscribed" -> subscribed(frame);
            case "publication" -> publication(frame);
            case "gap" -> {
                Position to = position(frame.path("to"));
                at = to;
                view.gap(frame.path("from").asLong(), to);
            }
            default -> {
                // Nothing about where this is.
            }
        }
    }

    private void subscribed(JsonNode frame) {
        JsonNode said = frame.path("recovered");
        Recovered recovered =
                said.isMissingNode()
                        ? Recovered.NOT_ASKED
                        : said.asBoolean() ? Recovered.YES : Recovered.NO;
        Position position = position(frame.path("position"));
        Position here = at;
        if (recovered != Recovered.YES || here == null) {
            at = position;
            view.subscribed(position, recovered);
        } else {
            // An id may be older than what came last: what comes twice is dropped.
            boolean older = way == Way.FOLLOW && position.offset() <= here.offset();
            view.subscribed(older ? here : position, recovered);
        }
    }

    private void publication(JsonNode frame) {
        long offset = frame.path("offset").asLong();
        Position before = at;
        if (before == null || (way == Way.FOLLOW && offset <= before.offset())) {
            return;
        }
        String tag = frame.path("tag").asString();
        at = new Position(before.epoch(), offset, tag);
        view.publication(
                offset, tag, frame.path("prev").asLong(offset - 1), frame.path("data").toString());
    }

    private static Position position(JsonNode json) {
        return new Position(
                json.path("epoch").asString(),
                json.path("offset").asLong(),
                json.path("tag").asString());
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.robustness;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Authenticator;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.Close;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Environment;
import dev.fanfare.core.Hub;
import dev.fanfare.core.Limits;
import dev.fanfare.core.MemoryEngine;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Rulebook;
import dev.fanfare.core.SystemClock;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.Position;
import dev.fanfare.server.HttpLimits;
import dev.fanfare.server.HttpServer;
import dev.fanfare.server.ListenerSpec;
import dev.fanfare.server.NativeDialect;
import dev.fanfare.server.NettyTransport;
import dev.fanfare.server.WebSocketRoute;
import dev.fanfare.testkit.DeliveryChecker;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.WebSocketClient;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/// A whole node on a free port with some healthy clients, whose deliveries are checked. A token is
/// the name of its user.
final class House implements AutoCloseable {
    static final Duration LONG = Duration.ofSeconds(20);

    /// Everyone listens here.
    static final String NEWS = "news";

    /// Like [#NEWS], but whoever falls behind skips.
    static final String TICKER = "ticker";

    /// Its members are announced.
    static final String LOUNGE = "lounge";

    final DeliveryChecker checker = new DeliveryChecker();
    private final SystemClock clock = new SystemClock();
    private final List<Listener> healthy = new ArrayList<>();
    private final Hub hub;
    private final NettyTransport transport;
    private final HttpServer server;
    private int said;
    private long remembered;

    House(Limits limits) throws IOException {
        Environment environment = new Environment(clock, RandomGenerator.getDefault());
        ChannelRules news =
                ChannelRules.DEFAULT
                        .history(10, Duration.ofMinutes(1))
                        .lagging(ChannelRules.Lagging.DISCONNECT);
        Rulebook rules =
                Rulebook.of(
                        Map.of(
                                NEWS,
                                news,
                                TICKER,
                                news.history(0, Duration.ofMinutes(1))
                                        .lagging(ChannelRules.Lagging.SKIP),
                                LOUNGE,
                                ChannelRules.DEFAULT.presence(
                                        ChannelRules.Presence.ANNOUNCED, Duration.ZERO)));
        hub =
                new Hub(
                        new MemoryEngine(environment),
                        rules,
                        value -> value.toString().getBytes(StandardCharsets.UTF_8),
                        environment);
        NativeDialect dialect = new NativeDialect();
        Endpoint endpoint =
                new Endpoint(
                        "native",
                        dialect,
                        credentials -> {
                            String token = credentials.token();
                            return token == null
                                    ? Authenticator.invalid("no token")
                                    : Authenticator.accept(Principal.of(token));
                        },
                        Endpoint.Admission.BY_COMMAND,
                        rules,
                        Map.of(),
                        Endpoint.Lifecycle.NONE,
                        limits,
                        Close.TOO_MANY_CONNECTIONS);
        transport = NettyTransport.open(NettyTransport.Kind.AUTO, 2);
        server =
                HttpServer.start(
                        transport,
                        new HttpServer.Node(
                                hub, environment, HttpLimits.DEFAULT.strangersPerAddress(10_000)),
                        List.of(
                                ListenerSpec.of("main", "127.0.0.1", 0)
                                        .socket(WebSocketRoute.of("/", endpoint, dialect))));
    }

    Hub hub() {
        return hub;
    }

    int port() {
        return server.port("main");
    }

    URI uri() {
        return URI.create("ws://127.0.0.1:" + port() + "/");
    }

    /// Lets that many healthy clients listen to a channel.
    void healthy(int count, String channel) {
        for (int i = 0; i < count; i++) {
            healthy.add(listener(uri(), "healthy-" + healthy.size(), channel));
        }
    }

    Listener listener(URI through, String user, String channel) {
        WebSocketClient client = connect(through, user, Handshake.PLAIN);
        return new Listener(client, checker.subscriber(user, channel), channel);
    }

    /// How many healthy clients there are.
    int size() {
        return healthy.size();
    }

    static WebSocketClient connect(URI uri, String user, Handshake handshake) {
        WebSocketClient client = WebSocketClient.open(uri, handshake);
        client.sends("{\"type\":\"connect\",\"id\":1,\"version\":1,\"token\":\"" + user + "\"}");
        client.receivesJson(message -> message.path("type").asString("").equals("connected"));
        return client;
    }

    static void subscribe(WebSocketClient client, String channel) {
        client.sends("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + channel + "\"}");
        client.receivesJson(message -> message.path("type").asString("").equals("subscribed"));
    }

    /// Publishes that many payloads of that size, and never faster than the healthy clients read.
    void publish(String channel, int count, int size) {
        for (int i = 1; i <= count; i++) {
            Position position = publish(channel, "\"" + said++ + " " + "x".repeat(size) + "\"");
            if (i % 10 == 0 || i == count) {
                eventually(
                        LONG, () -> assertThat(healthy).allMatch(it -> it.has(channel, position)));
            }
        }
    }

    private Position publish(String channel, String payload) {
        checker.sent(channel, payload);
        remembered += payload.length();
        try {
            Position position =
                    hub.channel(channel)
                            .publish(Content.of(payload.getBytes(StandardCharsets.UTF_8)), null)
                            .toCompletableFuture()
                            .get(5, TimeUnit.SECONDS)
                            .position();
            checker.acked(channel, position, payload);
            return position;
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("publishing " + said, e);
        }
    }

    /// Bytes that the checker keeps of what was published: they are the test's, not the node's.
    long remembered() {
        return remembered;
    }

    /// Every healthy client is there, and has everything, once, in order.
    void nobodyElseHasNoticed() {
        eventually(LONG, () -> assertThat(checker.verify()).isEmpty());
        assertThat(healthy).allSatisfy(listener -> listener.client().isOpen());
    }

    @Override
    public void close() throws IOException {
        healthy.forEach(Listener::close);
        server.close();
        hub.close();
        transport.close();
        clock.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static dev.fanfare.server.ExchangeClient.CONNECT;
import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Access;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.Limits;
import dev.fanfare.core.Principal;
import dev.fanfare.engine.Position;
import dev.fanfare.server.ExchangeClient.Answer;
import dev.fanfare.server.ExchangeFollower.Way;
import dev.fanfare.testkit.DeliveryChecker;
import dev.fanfare.testkit.FaultProxy;
import dev.fanfare.testkit.TestClient;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// The promise of delivery over exchanges, between two nodes that share an engine: every request
/// goes to the other node than the one before. A token is the name of its user.
@Timeout(120)
class ExchangeDeliveryIT {
    private static final int PUBLICATIONS = 400;
    private static final int OUTBOX = 64 << 10;

    /// With [#PAD], what no single poll is answered with.
    private static final int MORE_THAN_A_POLL = 300;

    /// With [#PAD], what nobody holds who does not read.
    private static final int MORE_THAN_A_NETWORK = 10_000;

    private static final String PAD = "x".repeat(4_000);

    private final SharedEngine engine = new SharedEngine();
    private final Fanfare one = node();
    private final Fanfare other = node();
    private final DeliveryChecker checker = new DeliveryChecker();
    private final Random random = new Random(7);

    private Fanfare node() {
        return Fanfare.start(config ->
                config.port(0)
                        .engine(engine.port())
                        .authenticator(shown -> {
                            String token = shown.token();
                            return token == null
                                    ? Authenticator.anonymous()
                                    : Authenticator.accept(Principal.of(token));
                        })
                        .limits(Limits.DEFAULT.outbox(OUTBOX))
                        .channel(
                                "news",
                                rules ->
                                        rules.subscribe(Access.anyone())
                                                .publish(Access.anyone())
                                                .history(10_000, Duration.ofMinutes(10)))
                        .channel("lounge", rules -> announced(rules, Duration.ofMinutes(10)))
                        .channel("hall", rules -> announced(rules, Duration.ofMillis(100))));
    }

    private static ChannelRules announced(ChannelRules rules, Duration grace) {
        return rules.presence(ChannelRules.Presence.ANNOUNCED, grace);
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
        engine.close();
    }

    // ---- none lost, doubled or out of order

    @Test
    void nothingIsLostDoubledOrOutOfOrderWhicheverNodeIsAsked() throws Exception {
        List<ExchangeFollower> followers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        try (FaultProxy toOne = FaultProxy.to(one.port());
                FaultProxy toOther = FaultProxy.to(other.port())) {
            List<Integer> ports = List.of(toOne.port(), toOther.port());
            for (Way way : Way.values()) {
                for (int i = 0; i < 4; i++) {
                    followers.add(follower(ports, way, i));
                }
            }
            followers.forEach(ExchangeFollower::begin);
            for (ExchangeFollower follower : followers) {
                threads.add(Thread.startVirtualThread(() -> follower.follow(PUBLICATIONS)));
            }
            for (int i = 0; i < PUBLICATIONS; i++) {
                trouble(i, toOne, toOther);
                publish(ports, i, "");
            }
            toOne.heal();
            toOther.heal();
            for (Thread thread : threads) {
                assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
            }
        }
        assertThat(checker.verify()).isEmpty();
        DeliveryChecker.Counts counts = checker.counts();
        assertThat(counts.acknowledged()).isEqualTo(PUBLICATIONS);
        assertThat(counts.delivered()).isEqualTo((long) followers.size() * PUBLICATIONS);
        assertThat(counts.recovered()).isGreaterThan(100);
        assertThat(counts.notRecovered()).isZero();
        assertThat(counts.gaps()).isZero();
        assertThat(followers).allMatch(follower -> follower.requests() > 10);
    }

    private ExchangeFollower follower(List<Integer> ports, Way way, int number) {
        return new ExchangeFollower(
                number % 2 == 0 ? ports : ports.reversed(),
                way,
                "news",
                checker.subscriber(way + "-" + number, "news"));
    }

    /// What becomes of the network before that publication.
    private void trouble(int publication, FaultProxy... nodes) {
        FaultProxy node = nodes[publication / 50 % nodes.length];
        switch (publication % 50) {
            case 10 -> node.cut();
            case 20 -> node.toClient().slice(1 + random.nextInt(50)).limit(random.nextInt(3_000));
            case 30 -> node.heal();
            case 40 -> node.reset();
            default -> {}
        }
    }

    /// Until it is acknowledged, at one node after the other.
    private void publish(List<Integer> ports, int number, String pad) {
        String payload = "{\"n\":" + number + ",\"pad\":\"" + pad + "\"}";
        checker.sent("news", payload);
        String command =
                "{'type':'publish','id':2,'channel':'news','key':'k"
                        + number
                        + "','data':"
                        + payload
                        + "}";
        for (int attempt = number; !published(ports.get(attempt % 2), command, payload); ) {
            attempt++;
        }
    }

    private boolean published(int port, String command, String payload) {
        try (ExchangeClient client = new ExchangeClient(port)) {
            Answer answer = client.poll("/exchange?wait=0", CONNECT, command);
            assertThat(answer.types()).containsExactly("connected", "published");
            JsonNode position = answer.frames().getLast().path("position");
            checker.acked(
                    "news",
                    new Position(
                            position.path("epoch").asString(),
                            position.path("offset").asLong(),
                            position.path("tag").asString()),
                    payload);
            return true;
        } catch (SocketTimeoutException silent) {
            throw new AssertionError("no answer to a publish", silent);
        } catch (IOException lost) {
            return false;
        }
    }

    @Test
    void whoReadsTooSlowlyIsTurnedAwayAndGoesOnWhereItWas() throws Exception {
        List<Integer> ports = List.of(one.port(), other.port());
        ExchangeFollower late = follower(ports, Way.POLL, 0);
        late.begin();
        try (ExchangeClient slow = new ExchangeClient(one.port(), 4_096)) {
            slow.stream(CONNECT, "{'type':'subscribe','id':2,'channel':'news'}");
            JsonNode position = slow.event("subscribed").path("position");
            int published = 0;
            while (one.hub().counts().slowClosed() == 0 || published < MORE_THAN_A_POLL) {
                publish(ports, published++, PAD);
                assertThat(published).isLessThan(MORE_THAN_A_NETWORK);
            }
            int seen = 0;
            String tag = "";
            for (JsonNode frame = read(slow); frame != null; frame = read(slow)) {
                if (!frame.path("type").asString().equals("disconnect")) {
                    assertThat(frame.path("type").asString()).isEqualTo("publication");
                    assertThat(frame.path("offset").asInt()).isEqualTo(++seen);
                    tag = frame.path("tag").asString();
                }
                assertThat(seen).isLessThan(published);
            }
            assertThat(seen).isPositive();
            goesOn(new Position(position.path("epoch").asString(), seen, tag));
            late.follow(published);
            // One for the beginning, and more than one for the rest.
            assertThat(late.requests()).isGreaterThan(2);
        }
        assertThat(checker.verify()).isEmpty();
        eventually(() -> assertThat(one.hub().counts().sessions()).isZero());
    }

    /// At the other node, with the publication behind that position.
    private void goesOn(Position at) throws IOException {
        String since =
                "'since':{'epoch':'"
                        + at.epoch()
                        + "','offset':"
                        + at.offset()
                        + ",'tag':'"
                        + at.tag()
                        + "'}";
        try (ExchangeClient back = new ExchangeClient(other.port())) {
            back.stream(CONNECT, "{'type':'subscribe','id':2,'channel':'news'," + since + "}");
            assertThat(back.event("subscribed").path("recovered").asBoolean()).isTrue();
            assertThat(back.event("publication").path("offset").asLong())
                    .isEqualTo(at.offset() + 1);
        }
    }

    /// The next frame; null when the stream has ended, however it did.
    private static @Nullable JsonNode read(ExchangeClient client) throws SocketTimeoutException {
        try {
            return client.event();
        } catch (SocketTimeoutException silent) {
            throw silent;
        } catch (IOException lost) {
            return null;
        }
    }

    // ---- presence and inboxes

    @Test
    void whoPollsIsPresentWithinTheGraceOnEveryNode() throws Exception {
        try (TestClient bob = webSocket(one, "bob")) {
            bob.subscribe("lounge").isLive();
            for (int i = 0; i < 6; i++) {
                Answer answer =
                        poll(
                                i % 2 == 0 ? other : one,
                                "{'type':'subscribe','id':2,'channel':'lounge'}",
                                "{'type':'presence','id':3,'channel':'lounge'}");
                assertThat(answer.body()).contains("\"bob\"");
            }
            assertThat(bob.presence("lounge").json().toString()).contains("\"ann\"", "\"bob\"");
            assertThat(bob.isTold(TestClient.JOIN).toString()).contains("\"ann\"");

            poll(one, "{'type':'subscribe','id':2,'channel':'hall'}");
            bob.subscribe("hall").isLive();
            poll(other, "{'type':'subscribe','id':2,'channel':'hall'}");
            JsonNode next = bob.isTold(TestClient.LEAVE);
            assertThat(next.path("channel").asString()).isEqualTo("hall");
        }
    }

    @Test
    void whatWasSentToAUserOnOneNodeIsPolledOnceFromTheOther() throws Exception {
        for (int i = 1; i <= 4; i++) {
            one.user("ann").send(Map.of("n", i));
            Answer answer = poll(i % 2 == 0 ? one : other, "{'type':'inbox','id':2}");

            assertThat(answer.types()).containsExactly("connected", "inbox", "message");
            assertThat(answer.frames().getLast().path("data").path("n").asInt()).isEqualTo(i);
        }
        assertThat(poll(other, "{'type':'inbox','id':2}").types())
                .containsExactly("connected", "inbox");
    }

    private static TestClient webSocket(Fanfare node, String user) {
        return TestClient.connect(URI.create("ws://127.0.0.1:" + node.port() + "/ws"), user);
    }

    /// As ann, without waiting for news.
    private static Answer poll(Fanfare node, String... commands) throws IOException {
        List<String> lines = new ArrayList<>(List.of(commands));
        lines.addFirst(CONNECT.replace("}", ",'token':'ann'}"));
        try (ExchangeClient client = new ExchangeClient(node.port())) {
            return client.poll("/exchange?wait=0", lines.toArray(String[]::new));
        }
    }
}

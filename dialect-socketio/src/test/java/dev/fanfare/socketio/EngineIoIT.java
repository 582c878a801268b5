// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.server.http.Origins;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.HandshakeRefused;
import dev.fanfare.testkit.ManualClock;
import dev.fanfare.testkit.WebSocketClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Engine.IO 4 over real sockets: what its specification says, and what the protocol's own suite
/// looks at.
class EngineIoIT {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration INTERVAL = Duration.ofSeconds(25);

    // ---- handshake

    @Test
    void aPollOpensAConnection() {
        try (House house = House.open();
                Poller poller = Poller.at(house.url())) {
            HttpResponse<String> response = poller.get("?EIO=4&transport=polling");

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("content-type"))
                    .contains("text/plain; charset=UTF-8");
            assertThat(response.headers().firstValue("cache-control"))
                    .contains("no-store, no-transform");
            assertThat(response.body()).startsWith("0{");
            JsonNode opened = JSON.readTree(response.body().substring(1));
            assertThat(opened.propertyNames())
                    .containsExactly(
                            "sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload");
            assertThat(opened.get("sid").asString()).hasSizeGreaterThanOrEqualTo(20);
            assertThat(opened.get("upgrades").toString()).isEqualTo("[\"websocket\"]");
            assertThat(opened.get("pingInterval").asInt()).isEqualTo(25_000);
            assertThat(opened.get("pingTimeout").asInt()).isEqualTo(20_000);
            assertThat(opened.get("maxPayload").asInt()).isEqualTo(1_000_000);
        }
    }

    @Test
    void aWebSocketOpensAConnection() {
        try (House house = House.open();
                Poller poller = Poller.at(house.url());
                WebSocketClient socket =
                        WebSocketClient.open(poller.socket("?EIO=4&transport=websocket"))) {
            JsonNode opened = JSON.readTree(socket.receivesText().substring(1));

            assertThat(opened.get("upgrades").isEmpty()).isTrue();
            assertThat(opened.get("maxPayload").asInt()).isEqualTo(1_000_000);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  '?transport=polling',             5",
        "GET,  '?EIO=abc&transport=polling',     5",
        "GET,  '?EIO=3&transport=polling',       5",
        "GET,  '?EIO=4',                         0",
        "GET,  '?EIO=4&transport=abc',           0",
        "POST, '?EIO=4&transport=polling',       2",
        "PUT,  '?EIO=4&transport=polling',       2",
        "GET,  '?EIO=4&transport=websocket',     3",
        "GET,  '?EIO=4&transport=polling&sid=x', 1",
        "POST, '?EIO=4&transport=polling&sid=x', 1",
    })
    void whatIsNoHandshakeIsAnsweredWithItsNumber(String method, String query, int code) {
        try (House house = House.open();
                Poller poller = Poller.at(house.url())) {
            HttpResponse<String> response =
                    poller.send(
                            poller.request(query)
                                    .method(method, HttpRequest.BodyPublishers.noBody()));

            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(response.body()).startsWith("{\"code\":" + code + ",\"message\":\"");
            assertThat(house.io.connections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?transport=websocket",
                "?EIO=abc&transport=websocket",
                "?EIO=4",
                "?EIO=4&transport=abc",
                "?EIO=4&transport=polling",
                "?EIO=4&transport=websocket&sid=unknown"
            })
    void anUpgradeThatIsNoneIsRefusedBeforeIt(String query) {
        try (House house = House.open();
                Poller poller = Poller.at(house.url())) {
            assertThatThrownBy(() -> WebSocketClient.open(poller.socket(query)))
                    .isInstanceOfSatisfying(
                            HandshakeRefused.class,
                            refused -> assertThat(refused.status()).isEqualTo(400));
        }
    }

    @Test
    void aPathWithoutItsLastSlashIsTheSame() {
        try (House house = House.open();
                Poller poller = Poller.at(house.url().replaceFirst("/$", ""))) {
            assertThat(poller.get("?EIO=4&transport=polling").body()).startsWith("0{");
        }
    }

    // ---- messages

    @Test
    void aPayloadOfOnePacketIsTakenAndOneIsGiven() {
        try (House house = House.open();
                Poller poller = Poller.open(house.url()).connected("40")) {
            HttpResponse<String> posted = poller.post("42[\"message\",\"hello\"]");

            assertThat(posted.statusCode()).isEqualTo(200);
            assertThat(posted.body()).isEqualTo("ok");
            assertThat(poller.poll().body()).isEqualTo("42[\"message-back\",\"hello\"]");
        }
    }

    @Test
    void aPayloadMayHaveSeveralPacketsBothWays() {
        try (House house = House.open();
                Poller poller = Poller.open(house.url()).connected("40")) {
            poller.post(
                    String.join(
                            Poller.SEPARATOR,
                            "42[\"message\",1]",
                            "42[\"message\",2]",
                            "42[\"message\",3]"));
            StringBuilder got = new StringBuilder(poller.poll().body());
            while (!got.toString().endsWith("3]")) {
                got.append(Poller.SEPARATOR).append(poller.poll().body());
            }

            assertThat(got.toString())
                    .isEqualTo(
                            String.join(
                                    Poller.SEPARATOR,
                                    "42[\"message-back\",1]",
                                    "42[\"message-back\",2]",
                                    "42[\"message-back\",3]"));
        }
    }

    @Test
    void bytesTravelAsBase64InAPayload() {
        try (House house = House.open();
                Poller poller = Poller.open(house.url()).connected("40")) {
            poller.post(
                    "451-[\"message\",{\"_placeholder\":true,\"num\":0}]"
                            + Poller.SEPARATOR
                            + "bAQIDBA==");

            assertThat(poller.poll().body())
                    .isEqualTo(
                            "451-[\"message-back\",{\"_placeholder\":true,\"num\":0}]"
                                    + Poller.SEPARATOR
                                    + "bAQIDBA==");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "", "2", "5", "b%%%", "4", "4\u001e", "bAQID"})
    void aPayloadThatIsNoneClosesTheConnection(String body) {
        try (House house = House.open();
                Poller poller = Poller.open(house.url())) {
            assertThat(poller.post(body).statusCode()).isEqualTo(400);
            assertThat(poller.poll().statusCode()).isEqualTo(400);
            assertThat(house.io.connections()).isZero();
        }
    }

    @Test
    void aPayloadThatIsNotUtf8ClosesTheConnection() {
        try (House house = House.open();
                Poller poller = Poller.open(house.url()).connected("40")) {
            byte[] body = House.json("42[\"message\",\"?\"]");
            body[body.length - 3] = (byte) 0xff;
            HttpResponse<String> posted =
                    poller.send(
                            poller.request(poller.mine())
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(body)));

            assertThat(posted.statusCode()).isEqualTo(400);
            assertThat(poller.poll().statusCode()).isEqualTo(400);
        }
    }

    @Test
    void aBodyOverMaxPayloadIsRefusedAndTheConnectionLives() {
        try (House house = House.open();
                Poller poller = Poller.open(house.url()).connected("40")) {
            assertThat(poller.post("4".repeat(1_000_001)).statusCode()).isEqualTo(413);

            poller.post("42[\"message\",1]");
            assertThat(poller.poll().body()).isEqualTo("42[\"message-back\",1]");
        }
    }

    @Test
    void aSecondPollWhileOneWaitsClosesTheConnection() throws Exception {
        try (House house = House.open();
                Poller poller = Poller.open(house.url())) {
            CompletableFuture<HttpResponse<String>> first = poller.polling();
            CompletableFuture<HttpResponse<String>> second = poller.polling();
            HttpResponse<String> one = first.get(10, TimeUnit.SECONDS);
            HttpResponse<String> other = second.get(10, TimeUnit.SECONDS);

            // Which of the two came first is the network's to say.
            HttpResponse<String> waited = one.statusCode() == 200 ? one : other;
            HttpResponse<String> late = waited == one ? other : one;
            assertThat(waited.body()).isEqualTo("1");
            assertThat(late.statusCode()).isEqualTo(400);
            assertThat(poller.poll().statusCode()).isEqualTo(400);
        }
    }

    @Test
    void aPollThatIsCancelledClosesTheConnection() throws Exception {
        try (House house = House.open();
                Poller poller = Poller.open(house.url());
                RawHttp raw = new RawHttp(house.fanfare.port())) {
            raw.send("GET /socket.io/" + poller.mine() + " HTTP/1.1\r\nHost: x\r\n\r\n");
            eventually(() -> assertThat(house.io.waitingPolls()).isOne());
            raw.hangUp();

            eventually(() -> assertThat(house.io.connections()).isZero());
            assertThat(poller.poll().statusCode()).isEqualTo(400);
        }
    }

    @Test
    void aPacketThatIsNoneClosesTheWebSocket() {
        try (House house = House.open();
                Poller poller = Poller.at(house.url());
                WebSocketClient socket =
                        WebSocketClient.open(poller.socket("?EIO=4&transport=websocket"))) {
            socket.receivesText();
            socket.sends("abc");
            socket.isClosed();
            eventually(() -> assertThat(house.io.connections()).isZero());
        }
    }

    @Test
    void aMessageOverMaxPayloadClosesTheWebSocket() {
        try (House house = House.open(null, io -> io.maxPayload(10_000));
                Poller poller = Poller.at(house.url());
                WebSocketClient socket =
                        WebSocketClient.open(poller.socket("?EIO=4&transport=websocket"))) {
            socket.receivesText();
            socket.sends("4".repeat(10_001));
            socket.isClosedWith(1009);
        }
    }

    // ---- heartbeat

    @Test
    void aPollerIsPingedAndAnswers() {
        ManualClock clock = new ManualClock();
        try (House house = House.open(clock, UnaryOperator.identity());
                Poller poller = Poller.open(house.url()).connected("40")) {
            for (int i = 0; i < 3; i++) {
                clock.advance(INTERVAL.plusSeconds(1));
                assertThat(poller.poll().body()).isEqualTo("2");
                assertThat(poller.post("3").statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void aPollerThatDoesNotAnswerIsClosed() {
        ManualClock clock = new ManualClock();
        try (House house = House.open(clock, UnaryOperator.identity());
                Poller poller = Poller.open(house.url()).connected("40")) {
            clock.advance(INTERVAL.plusSeconds(1));
            assertThat(poller.poll().body()).isEqualTo("2");
            clock.advance(Duration.ofSeconds(21));

            eventually(() -> assertThat(house.io.connections()).isZero());
            assertThat(poller.poll().statusCode()).isEqualTo(400);
            assertThat(house.fanfare.sessions()).isEmpty();
        }
    }

    @Test
    void keepsShortHeartbeatIntervalsToTheMillisecond() {
        ManualClock clock = new ManualClock();
        try (House house =
                        House.open(
                                clock,
                                io ->
                                        io.heartbeat(
                                                Duration.ofMillis(310), Duration.ofMillis(205)));
                Poller poller = Poller.at(house.url());
                WebSocketClient socket =
                        WebSocketClient.open(poller.socket("?EIO=4&transport=websocket"))) {
            socket.receivesText();
            socket.sends("40");
            socket.receivesText();
            socket.receivesText();
            for (int i = 0; i < 3; i++) {
                clock.advance(Duration.ofMillis(310));
                assertThat(socket.receivesText()).isEqualTo("2");
                socket.sends("3").sends("420[\"message-with-ack\"]");
                assertThat(socket.receivesText()).isEqualTo("430[]");
            }
            clock.advance(Duration.ofMillis(310));
            assertThat(socket.receivesText()).isEqualTo("2");
            clock.advance(Duration.ofMillis(204));
            socket.sends("421[\"message-with-ack\"]");
            assertThat(socket.receivesText()).isEqualTo("431[]");
            clock.advance(Duration.ofMillis(1));
            socket.isClosed();
        }
    }

    @Test
    void aWebSocketIsPingedAndClosedWhenItDoesNotAnswer() {
        ManualClock clock = new ManualClock();
        try (House house = House.open(clock, UnaryOperator.identity());
                Poller poller = Poller.at(house.url());
                WebSocketClient socket =
                        WebSocketClient.open(poller.socket("?EIO=4&transport=websocket"))) {
            socket.receivesText();
            socket.sends("40");
            socket.receivesText();
            socket.receivesText();
            for (int i = 0; i < 3; i++) {
                clock.advance(INTERVAL.plusSeconds(1));
                assertThat(socket.receivesText()).isEqualTo("2");
                socket.sends("3").sends("420[\"message-with-ack\"]");
                assertThat(socket.receivesText()).isEqualTo("430[]");
            }
            clock.advance(INTERVAL.plusSeconds(1));
            assertThat(socket.receivesText()).isEqualTo("2");
            clock.advance(Duration.ofSeconds(21));
            socket.isClosed();
        }
    }

    // ---- close

    @Test
    void aPollerThatClosesHasItsPollReleased() throws Exception {
        try (House house = House.open();
                Poller poller = Poller.open(house.url()).connected("40")) {
            CompletableFuture<HttpResponse<String>> waiting = poller.polling();
            eventually(() -> assertThat(house.io.waitingPolls()).isOne());
            poller.post("1");

            assertThat(waiting.get(10, TimeUnit.SECONDS).body()).isEqualTo("6");
            assertThat(poller.poll().statusCode()).isEqualTo(400);
            assertThat(house.fanfare.sessions()).isEmpty();
        }
    }

    @Test
    void releasesOnePollAfterPostThatCloses() {
        try (House house = House.open();
                Poller poller = Poller.open(house.url()).connected("40")) {
            assertThat(poller.post("1").body()).isEqualTo("ok");
            assertThat(house.io.connections()).isZero();

            HttpResponse<String> released = poller.poll();
            assertThat(released.statusCode()).isEqualTo(200);
            assertThat(released.body()).isEqualTo("6");
            assertThat(poller.poll().statusCode()).isEqualTo(400);
        }
    }

    @Test
    void refusesPollLongAfterPostThatCloses() {
        ManualClock clock = new ManualClock();
        try (House house = House.open(clock, UnaryOperator.identity());
                Poller poller = Poller.open(house.url()).connected("40")) {
            assertThat(poller.post("1").body()).isEqualTo("ok");
            clock.advance(Duration.ofSeconds(6));

            assertThat(poller.poll().statusCode()).isEqualTo(400);
        }
    }

    @Test
    void aWebSocketThatSaysCloseIsClosed() {
        try (House house = House.open();
                Poller poller = Poller.at(house.url());
                WebSocketClient socket =
                        WebSocketClient.open(poller.socket("?EIO=4&transport=websocket"))) {
            socket.receivesText();
            socket.sends("1");
            socket.isClosed();
        }
    }

    // ---- upgrade

    @Test
    void aPollerBecomesAWebSocket() {
        try (House house = House.open();
                Poller poller = Poller.open(house.url()).connected("40");
                WebSocketClient socket = WebSocketClient.open(poller.socket(upgrade(poller)))) {
            socket.sends("2probe");
            assertThat(socket.receivesText()).isEqualTo("3probe");
            HttpResponse<String> released = poller.poll();
            assertThat(released.statusCode()).isEqualTo(200);
            assertThat(released.body()).isEqualTo("6");
            socket.sends("5");
            socket.sends("42[\"message\",\"hello\"]");

            assertThat(socket.receivesText()).isEqualTo("42[\"message-back\",\"hello\"]");
            assertThat(house.io.connections()).isOne();
        }
    }

    @Test
    void whatWaitedForAPollComesByTheWebSocket() {
        try (House house = House.open();
                Poller poller = Poller.open(house.url()).connected("40");
                WebSocketClient socket = WebSocketClient.open(poller.socket(upgrade(poller)))) {
            socket.sends("2probe");
            assertThat(socket.receivesText()).isEqualTo("3probe");
            poller.post("42[\"message\",1]");
            eventually(() -> assertThat(house.io.connections()).isOne());
            socket.sends("5");

            assertThat(socket.receivesText()).isEqualTo("42[\"message-back\",1]");
        }
    }

    @Test
    void afterTheUpgradeNeitherAPollNorAnotherWebSocketIsTaken() {
        try (House house = House.open();
                Poller poller = Poller.open(house.url()).connected("40");
                WebSocketClient socket = WebSocketClient.open(poller.socket(upgrade(poller)))) {
            socket.sends("2probe");
            socket.receivesText();
            socket.sends("5");
            socket.sends("420[\"message-with-ack\"]");
            assertThat(socket.receivesText()).isEqualTo("430[]");

            assertThat(poller.poll().statusCode()).isEqualTo(400);
            assertThat(poller.post("42[\"message\",1]").statusCode()).isEqualTo(400);
            try (WebSocketClient second = WebSocketClient.open(poller.socket(upgrade(poller)))) {
                second.isClosedWith(1008);
            }
            socket.sends("42[\"message\",\"hello\"]");
            assertThat(socket.receivesText()).isEqualTo("42[\"message-back\",\"hello\"]");
        }
    }

    @Test
    void refusesPollThatOvertakesUpgrade() throws Exception {
        ManualClock clock = new ManualClock();
        try (House house = House.open(clock, UnaryOperator.identity());
                Poller poller = Poller.open(house.url()).connected("40");
                WebSocketClient socket = WebSocketClient.open(poller.socket(upgrade(poller)))) {
            CompletableFuture<HttpResponse<String>> early = poller.polling();
            eventually(() -> assertThat(house.io.waitingPolls()).isOne());
            socket.sends("2probe").sends("5");

            assertThat(early.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(400);
            assertThat(poller.poll().statusCode()).isEqualTo(400);
        }
    }

    @Test
    void answersWaitingPollDuringUpgrade() throws Exception {
        ManualClock clock = new ManualClock();
        try (House house = House.open(clock, UnaryOperator.identity());
                Poller poller = Poller.open(house.url()).connected("40");
                WebSocketClient socket = WebSocketClient.open(poller.socket(upgrade(poller)))) {
            CompletableFuture<HttpResponse<String>> waits = poller.polling();
            eventually(() -> assertThat(house.io.waitingPolls()).isOne());
            socket.sends("2probe");
            assertThat(socket.receivesText()).isEqualTo("3probe");
            eventually(() -> {
                clock.advance(Duration.ofMillis(100));
                assertThat(waits).isDone();
            });
            assertThat(waits.get().body()).isEqualTo("6");
        }
    }

    @Test
    void anUpgradeThatIsGivenUpLeavesThePollerAlone() {
        try (House house = House.open();
                Poller poller = Poller.open(house.url()).connected("40")) {
            try (WebSocketClient socket = WebSocketClient.open(poller.socket(upgrade(poller)))) {
                socket.sends("2probe");
                socket.receivesText();
                socket.reset();
            }
            // Once it is noticed, another may try, and polls wait again.
            eventually(() -> {
                try (WebSocketClient again = WebSocketClient.open(poller.socket(upgrade(poller)))) {
                    again.sends("nonsense");
                    again.isClosed();
                }
            });
            poller.post("420[\"message-with-ack\",7]");
            String got = poller.poll().body();
            while (got.equals("6")) {
                got = poller.poll().body();
            }
            assertThat(got).isEqualTo("430[7]");
        }
    }

    @Test
    void anUpgradeThatIsNotCompletedInTimeIsClosed() {
        ManualClock clock = new ManualClock();
        try (House house = House.open(clock, io -> io.upgradeWithin(Duration.ofSeconds(3)));
                Poller poller = Poller.open(house.url()).connected("40");
                WebSocketClient socket = WebSocketClient.open(poller.socket(upgrade(poller)))) {
            socket.sends("2probe");
            assertThat(socket.receivesText()).isEqualTo("3probe");
            clock.advance(Duration.ofSeconds(3));

            socket.isClosed();
            assertThat(house.io.connections()).isOne();
        }
    }

    private static String upgrade(Poller poller) {
        return "?EIO=4&transport=websocket&sid=" + poller.sid;
    }

    // ---- who

    @Test
    void anAllowedOriginIsNamedAndNeverAStar() {
        try (House house = House.open();
                Poller poller = Poller.at(house.url())) {
            HttpResponse<String> response =
                    poller.send(
                            poller.request("?EIO=4&transport=polling")
                                    .header("Origin", "https://app.example.com"));

            assertThat(response.headers().firstValue("access-control-allow-origin"))
                    .contains("https://app.example.com");
            assertThat(response.headers().firstValue("access-control-allow-credentials"))
                    .contains("true");
            assertThat(response.headers().firstValue("vary")).contains("Origin");
        }
    }

    @Test
    void allowsNoCredentialsWhereEveryOriginIsAllowed() {
        try (House house = House.open(null, io -> io.origins(Origins.of("*")));
                Poller poller = Poller.at(house.url())) {
            HttpResponse<String> response =
                    poller.send(
                            poller.request("?EIO=4&transport=polling")
                                    .header("Origin", "https://any.example"));

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("access-control-allow-origin"))
                    .contains("https://any.example");
            assertThat(response.headers().firstValue("access-control-allow-credentials")).isEmpty();
        }
    }

    @Test
    void aPreflightIsAnswered() {
        try (House house = House.open();
                Poller poller = Poller.at(house.url())) {
            HttpResponse<String> response =
                    poller.send(
                            poller.request("?EIO=4&transport=polling&sid=x")
                                    .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                                    .header("Origin", "https://app.example.com")
                                    .header("Access-Control-Request-Method", "POST"));

            assertThat(response.statusCode()).isEqualTo(204);
            assertThat(response.headers().firstValue("access-control-allow-origin"))
                    .contains("https://app.example.com");
            assertThat(response.headers().firstValue("access-control-allow-methods"))
                    .contains("GET, POST");
        }
    }

    @Test
    void anotherOriginIsRefusedByWhateverWay() {
        try (House house = House.open();
                Poller poller = Poller.at(house.url())) {
            HttpResponse<String> response =
                    poller.send(
                            poller.request("?EIO=4&transport=polling")
                                    .header("Origin", "https://evil.example.com"));

            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(response.body()).isEqualTo("{\"code\":4,\"message\":\"Forbidden\"}");
            assertThat(response.headers().firstValue("access-control-allow-origin")).isEmpty();
            assertThatThrownBy(() ->
                            WebSocketClient.open(
                                    poller.socket("?EIO=4&transport=websocket"),
                                    Handshake.PLAIN.origin("https://evil.example.com")))
                    .isInstanceOfSatisfying(
                            HandshakeRefused.class,
                            refused -> assertThat(refused.status()).isEqualTo(403));
        }
    }

    @Test
    void aSidOfSomebodyWithAnotherTokenIsUnknown() {
        try (House house = House.open();
                Poller poller = Poller.open(house.url())) {
            HttpResponse<String> response = poller.get(poller.mine() + "&token=another");

            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(response.body()).startsWith("{\"code\":1,");
            assertThat(house.io.connections()).isOne();
        }
    }

    @Test
    void aConnectionThatNeverEntersANamespaceIsClosed() {
        ManualClock clock = new ManualClock();
        try (House house = House.open(clock, io -> io.connectWithin(Duration.ofSeconds(3)));
                Poller poller = Poller.open(house.url())) {
            clock.advance(Duration.ofSeconds(3));

            eventually(() -> assertThat(house.io.connections()).isZero());
            assertThat(poller.poll().statusCode()).isEqualTo(400);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import dev.fanfare.testkit.ManualClock;
import dev.fanfare.testkit.WebSocketClient;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/// Socket.IO 5 over a real WebSocket: what its specification says, and what the protocol's own
/// suite looks at.
class SocketIoIT {
    private final ManualClock clock = new ManualClock();
    private House house = House.open(clock, UnaryOperator.identity());

    @AfterEach
    void close() {
        house.close();
    }

    private WebSocketClient open(String more) {
        String url = house.url().replaceFirst("http", "ws");
        WebSocketClient socket =
                WebSocketClient.open(URI.create(url + "?EIO=4&transport=websocket" + more));
        assertThat(socket.receivesText()).startsWith("0{");
        return socket;
    }

    private WebSocketClient connected() {
        WebSocketClient socket = open("").sends("40");
        assertThat(socket.receivesText()).matches("40\\{\"sid\":\"[A-Za-z0-9_-]{22}\"}");
        assertThat(socket.receivesText()).isEqualTo("42[\"auth\",{}]");
        return socket;
    }

    // ---- connect

    @ParameterizedTest
    @ValueSource(strings = {"40", "40{\"token\":\"123\"}"})
    void connectsToTheMainNamespaceWithOrWithoutAPayload(String connect) {
        try (WebSocketClient socket = open("").sends(connect)) {
            assertThat(socket.receivesText()).matches("40\\{\"sid\":\"[^\"]+\"}");
            String auth = connect.equals("40") ? "{}" : connect.substring(2);
            assertThat(socket.receivesText()).isEqualTo("42[\"auth\"," + auth + "]");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"40/custom,", "40/custom", "40/custom,{\"token\":\"abc\"}"})
    void connectsToANamespaceOfItsOwn(String connect) {
        try (WebSocketClient socket = open("").sends(connect)) {
            assertThat(socket.receivesText()).matches("40/custom,\\{\"sid\":\"[^\"]+\"}");
            String auth = connect.endsWith("}") ? connect.substring(10) : "{}";
            assertThat(socket.receivesText()).isEqualTo("42/custom,[\"auth\"," + auth + "]");
        }
    }

    @Test
    void anUnknownNamespaceIsRefused() {
        try (WebSocketClient socket = open("").sends("40/random")) {
            assertThat(socket.receivesText())
                    .isEqualTo("44/random,{\"message\":\"Invalid namespace\"}");
        }
    }

    @Test
    void whoMayNotComeInIsToldWhy() {
        try (WebSocketClient socket = open("&token=bad").sends("40")) {
            assertThat(socket.receivesText())
                    .isEqualTo(
                            "44{\"message\":\"The token is not valid.\",\"data\":{"
                                    + "\"code\":\"invalid_token\",\"message\":\"The token is not"
                                    + " valid.\",\"field\":\"token\"}}");
            assertThat(house.fanfare.sessions()).isEmpty();
        }
    }

    @Test
    void whoMayNotComeInIsDisconnectedWhereTheNamespaceSaysSo() {
        house.close();
        house = House.open(clock, io -> io.refused("/", Refused.DISCONNECT));
        try (WebSocketClient socket = open("&token=bad").sends("40")) {
            assertThat(socket.receivesText()).matches("40\\{\"sid\":\"[^\"]+\"}");
            assertThat(socket.receivesText()).isEqualTo("41");
            socket.isOpen();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"4abc", "4", "40{", "40[]", "40\"x\"", "42[\"message\"]", "47", "41"})
    void whatIsNoConnectPacketClosesTheConnection(String packet) {
        try (WebSocketClient socket = open("").sends(packet)) {
            socket.isClosed();
        }
    }

    @Test
    void aClientThatNeverConnectsIsClosed() {
        house.close();
        house = House.open(clock, io -> io.heartbeat(Duration.ofHours(1), Duration.ofHours(1)));
        try (WebSocketClient socket = open("")) {
            clock.advance(Duration.ofSeconds(44));
            assertThat(house.io.connections()).isOne();
            clock.advance(Duration.ofSeconds(1));
            socket.isClosed();
        }
    }

    @Test
    void connectingTwiceClosesTheConnection() {
        try (WebSocketClient socket = connected().sends("40")) {
            socket.isClosed();
        }
    }

    @Test
    void theUserOfTheQuerysTokenIsTheSessions() {
        try (WebSocketClient socket = open("&token=ada").sends("40")) {
            socket.receivesText();
            socket.receivesText();
            assertThat(house.fanfare.user("ada").sessions()).hasSize(1);
            socket.sends("1");
            socket.isClosed();
            eventually(() -> assertThat(house.fanfare.user("ada").sessions()).isEmpty());
        }
    }

    // ---- disconnect

    @Test
    void aClientLeavesTheMainNamespaceAndStaysConnected() {
        try (WebSocketClient socket = connected().sends("41")) {
            eventually(() -> assertThat(house.fanfare.sessions()).isEmpty());
            clock.advance(Duration.ofSeconds(26));
            assertThat(socket.receivesText()).isEqualTo("2");
        }
    }

    @Test
    void aClientLeavesOneNamespaceAndStaysInAnother() {
        try (WebSocketClient socket = connected().sends("40/custom")) {
            assertThat(socket.receivesText()).startsWith("40/custom,");
            assertThat(socket.receivesText()).isEqualTo("42/custom,[\"auth\",{}]");
            socket.sends("41/custom");
            socket.sends("42/custom,[\"message\",\"to one that is gone\"]");
            socket.sends("42[\"message\",\"message to main namespace\"]");

            assertThat(socket.receivesText())
                    .isEqualTo("42[\"message-back\",\"message to main namespace\"]");
        }
    }

    @Test
    void theServerDisconnectsOneNamespaceOnly() {
        try (WebSocketClient socket = connected().sends("40/custom")) {
            socket.receivesText();
            socket.receivesText();
            socket.sends("42/custom,[\"leave-me\"]");
            assertThat(socket.receivesText()).isEqualTo("41/custom,");
            socket.sends("42[\"message\",1]");
            assertThat(socket.receivesText()).isEqualTo("42[\"message-back\",1]");
        }
    }

    @Test
    void aSessionThatShallComeBackLosesItsConnection() {
        try (WebSocketClient socket = connected().sends("42[\"come-back\"]")) {
            socket.isClosedWith(1013);
        }
    }

    // ---- messages

    @Test
    void anEventIsAnEvent() {
        try (WebSocketClient socket = connected()) {
            socket.sends("42[\"message\",1,\"2\",{\"3\":[true]}]");
            assertThat(socket.receivesText())
                    .isEqualTo("42[\"message-back\",1,\"2\",{\"3\":[true]}]");
        }
    }

    @Test
    void anEventMayBeNamedByANumber() {
        try (WebSocketClient socket = connected().sends("40/custom")) {
            socket.receivesText();
            socket.receivesText();
            socket.sends("42[1,{\"x\":1}]");
            assertThat(socket.receivesText()).isEqualTo("42[\"one\",{\"x\":1}]");
            socket.sends("427[1,\"a\"]");
            assertThat(socket.receivesText()).isEqualTo("42[\"one\",\"a\"]");
            assertThat(socket.receivesText()).isEqualTo("437[]");
            socket.sends("42/custom,[\"message\",1]");
            assertThat(socket.receivesText()).isEqualTo("42/custom,[\"message-back\",1]");
        }
    }

    @Test
    void anEventByLongPollingMayBeNamedByANumber() {
        try (Poller poller = Poller.open(house.url()).connected("40")) {
            assertThat(poller.post("42[1,5]").body()).isEqualTo("ok");
            assertThat(poller.poll().body()).contains("42[\"one\",5]");
        }
    }

    @Test
    void bytesAreAttachments() {
        try (WebSocketClient socket = connected()) {
            socket.sends(
                    "452-[\"message\",{\"_placeholder\":true,\"num\":0},"
                            + "{\"_placeholder\":true,\"num\":1}]");
            socket.sendsBinary(new byte[] {1, 2, 3});
            socket.sendsBinary(new byte[] {4, 5, 6});

            assertThat(socket.receivesText())
                    .isEqualTo(
                            "452-[\"message-back\",{\"_placeholder\":true,\"num\":0},"
                                    + "{\"_placeholder\":true,\"num\":1}]");
            assertThat(socket.receivesBinary()).containsExactly(1, 2, 3);
            assertThat(socket.receivesBinary()).containsExactly(4, 5, 6);
        }
    }

    @Test
    void anAckIsWhatTheHandlerAnswers() {
        try (WebSocketClient socket = connected()) {
            socket.sends("42456[\"message-with-ack\",1,\"2\",{\"3\":[false]}]");
            assertThat(socket.receivesText()).isEqualTo("43456[1,\"2\",{\"3\":[false]}]");
        }
    }

    @Test
    void anAckMayHaveAttachmentsToo() {
        try (WebSocketClient socket = connected()) {
            socket.sends(
                    "452-789[\"message-with-ack\",{\"_placeholder\":true,\"num\":0},"
                            + "{\"_placeholder\":true,\"num\":1}]");
            socket.sendsBinary(new byte[] {1, 2, 3});
            socket.sendsBinary(new byte[] {4, 5, 6});

            assertThat(socket.receivesText())
                    .isEqualTo(
                            "462-789[{\"_placeholder\":true,\"num\":0},"
                                    + "{\"_placeholder\":true,\"num\":1}]");
            assertThat(socket.receivesBinary()).containsExactly(1, 2, 3);
            assertThat(socket.receivesBinary()).containsExactly(4, 5, 6);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4abc",
                "42{}",
                "42",
                "42[",
                "42[]",
                "42[true]",
                "42[null]",
                "42[[1]]",
                "42[\"connect\"]",
                "42abc[\"message-with-ack\",1,\"2\",{\"3\":[false]}]",
                "421234567890123456[\"message-with-ack\"]",
                "42[\"message\",{\"__proto__\":1}]",
                "42[\"message\",\"\\ud800\"]",
                "43[]",
                "44{}",
                "45[\"message\"]",
                "4511-[\"message\"]",
                "450-[\"message\"] x",
                "42/nowhere,[\"message\"]",
            })
    void whatIsNoPacketClosesTheConnection(String packet) {
        try (WebSocketClient socket = connected().sends(packet)) {
            socket.isClosed();
            eventually(() -> assertThat(house.fanfare.sessions()).isEmpty());
        }
    }

    @Test
    void aPlaceholderForNothingClosesTheConnection() {
        try (WebSocketClient socket = connected()) {
            socket.sends("451-[\"message\",{\"_placeholder\":true,\"num\":1}]");
            socket.sendsBinary(new byte[] {1});
            socket.isClosed();
        }
    }

    @Test
    void bytesThatBelongToNothingCloseTheConnection() {
        try (WebSocketClient socket = connected().sendsBinary(new byte[] {1})) {
            socket.isClosed();
        }
    }

    @Test
    void aPacketAmongTheAttachmentsClosesTheConnection() {
        try (WebSocketClient socket = connected()) {
            socket.sends("451-[\"message\",{\"_placeholder\":true,\"num\":0}]");
            socket.sends("42[\"message\",1]");
            socket.isClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody", "refuse", "fail"})
    void anEventThatIsNotDoneIsNotAnswered(String event) {
        try (WebSocketClient socket = connected()) {
            socket.sends("427[\"" + event + "\"]").sends("42[\"" + event + "\"]");
            socket.sends("428[\"message-with-ack\",1]");
            assertThat(socket.receivesText()).isEqualTo("438[1]");
        }
    }

    @ParameterizedTest
    @CsvSource({"nobody,unknown_handler", "refuse,permission_denied", "fail,internal"})
    void anEventThatIsNotDoneIsAnsweredWithItsErrorWhereTheNamespaceSaysSo(
            String event, String code) {
        house.close();
        house = House.open(clock, io -> io.errors("/", ErrorReplies.SENT));
        try (WebSocketClient socket = connected()) {
            socket.sends("427[\"" + event + "\"]");
            assertThat(socket.receivesText()).startsWith("437[{\"error\":{\"code\":\"" + code);
            socket.sends("42[\"" + event + "\"]");
            assertThat(socket.receivesText()).startsWith("42[\"error\",{\"code\":\"" + code);
            socket.sends("42[\"message\"]");
            assertThat(socket.receivesText()).isEqualTo("42[\"message-back\"]");
        }
    }

    @Test
    void anEventThatIsNotDoneIsLogged() {
        Logger logger = (Logger) LoggerFactory.getLogger("dev.fanfare.core.Commands");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        logger.setLevel(Level.DEBUG);
        logger.addAppender(log);
        try (WebSocketClient socket = connected()) {
            socket.sends("42[\"no\\nbody\"]").sends("42[\"refuse\"]").sends("42[\"fail\"]");
            eventually(() ->
                    assertThat(log.list)
                            .extracting(line -> line.getLevel() + " " + line.getFormattedMessage())
                            .satisfiesExactlyInAnyOrder(
                                    unknown ->
                                            assertThat(unknown)
                                                    .startsWith("DEBUG a message is refused:")
                                                    .contains("event=\"no body\", session="),
                                    refused ->
                                            assertThat(refused)
                                                    .startsWith("DEBUG a message is refused:")
                                                    .endsWith(": Not you."),
                                    failed ->
                                            assertThat(failed)
                                                    .startsWith("ERROR the handler fail failed")));
        } finally {
            logger.detachAppender(log);
            logger.setLevel(null);
        }
    }

    @Test
    void aLimitThatIsMetIsToldByAnErrorEvent() {
        house.close();
        house =
                House.open(
                        clock,
                        io ->
                                io.namespace(
                                        "/slow",
                                        slow ->
                                                slow.on(
                                                        "enter",
                                                        House.handler((_, _) -> {
                                                            throw new InvalidMessage(
                                                                    Refusal.limit(
                                                                            Refusal.Code
                                                                                    .LIMIT_EXCEEDED,
                                                                            "rooms",
                                                                            -1,
                                                                            "At most 3 rooms."));
                                                        }))));
        try (WebSocketClient socket = open("").sends("40/slow,")) {
            assertThat(socket.receivesText()).startsWith("40/slow,");
            socket.sends("42/slow,0[\"enter\",1]");
            assertThat(socket.receivesText())
                    .startsWith("42/slow,[\"error\",{\"code\":\"limit_exceeded\"")
                    .contains("\"limit\":\"rooms\"");
        }
    }

    @Test
    void manyNamespacesAndControlPacketsAreBounded() {
        try (WebSocketClient socket = connected()) {
            for (int i = 0; i < 300; i++) {
                socket.sends("40/n" + i);
            }
            socket.isClosed();
        }
    }

    // ---- channels

    @Test
    void aPublicationOfAChannelIsAnEvent() {
        try (WebSocketClient socket = connected().sends("420[\"join\",\"news\"]")) {
            assertThat(socket.receivesText()).isEqualTo("430[true]");
            house.publish("news", null, "{\"a\":1}");
            house.publish("news", "flash", "[1,2]");
            house.publish("news", "several", "{\"$args\":[1,\"2\"]}");
            house.publish("news", "bytes", "{\"b\":{\"$binary\":\"AQID\"}}");
            house.publish("news", "connect", "1");
            house.publish("news", "last", "null");

            assertThat(socket.receivesText()).isEqualTo("42[\"news\",{\"a\":1}]");
            assertThat(socket.receivesText()).isEqualTo("42[\"flash\",[1,2]]");
            assertThat(socket.receivesText()).isEqualTo("42[\"several\",1,\"2\"]");
            assertThat(socket.receivesText())
                    .isEqualTo("451-[\"bytes\",{\"b\":{\"_placeholder\":true,\"num\":0}}]");
            assertThat(socket.receivesBinary()).containsExactly(1, 2, 3);
            assertThat(socket.receivesText()).isEqualTo("42[\"last\",null]");
        }
    }

    @Test
    void aUserIsSentToAtAllItsSockets() {
        try (WebSocketClient one = open("&token=ada").sends("40");
                WebSocketClient other = open("&token=ada").sends("40/custom")) {
            one.receivesText();
            one.receivesText();
            other.receivesText();
            other.receivesText();
            house.fanfare.user("ada").send(Content.of("hello", House.json("1")));

            assertThat(one.receivesText()).isEqualTo("42[\"hello\",1]");
            assertThat(other.receivesText()).isEqualTo("42/custom,[\"hello\",1]");
        }
    }

    // ---- acks of the client

    private CompletableFuture<byte[]> call(Event event) {
        Session session = house.fanfare.sessions().getFirst();
        return SocketIo.call(session, event, Duration.ofSeconds(5)).toCompletableFuture();
    }

    @Test
    void theClientAcknowledgesAnEvent() throws Exception {
        try (WebSocketClient socket = connected()) {
            CompletableFuture<byte[]> one = call(new Event("question", House.json("{\"q\":1}")));
            CompletableFuture<byte[]> other = call(new Event("question", House.json("2")));
            assertThat(socket.receivesText()).isEqualTo("420[\"question\",{\"q\":1}]");
            assertThat(socket.receivesText()).isEqualTo("421[\"question\",2]");
            socket.sends("431[\"second\"]").sends("431[\"again\"]").sends("430[1,2]");

            assertThat(one.get(5, TimeUnit.SECONDS)).asString().isEqualTo("{\"$args\":[1,2]}");
            assertThat(other.get(5, TimeUnit.SECONDS)).asString().isEqualTo("\"second\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "\"\\ud83d\"", "1,2"})
    void theServersOwnCodeCannotAskWithWhatIsNoJson(String data) {
        try (WebSocketClient socket = connected()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> call(new Event("question", House.json(data))))
                    .withMessageStartingWith("The payload ");

            CompletableFuture<byte[]> _ = call(new Event("question", House.json("1")));
            assertThat(socket.receivesText()).isEqualTo("420[\"question\",1]");
        }
    }

    @Test
    void anAckThatDoesNotComeIsMissedAtItsDeadline() {
        try (WebSocketClient socket = connected()) {
            CompletableFuture<byte[]> answer = call(new Event("question", House.json("1")));
            assertThat(socket.receivesText()).isEqualTo("420[\"question\",1]");
            clock.advance(Duration.ofSeconds(6));

            assertThatThrownBy(() -> answer.get(5, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void acknowledgesAnyNumberOfCallsAndLateOnes() throws Exception {
        Event question = new Event("question", House.json("1"));
        try (WebSocketClient socket = connected()) {
            for (int i = 0; i < 600; i += 2) {
                Session session = house.fanfare.sessions().getFirst();
                CompletableFuture<byte[]> late =
                        SocketIo.call(session, question, Duration.ofMillis(1))
                                .toCompletableFuture();
                assertThat(socket.receivesText()).isEqualTo("42" + i + "[\"question\",1]");
                clock.advance(Duration.ofMillis(1));
                assertThat(late).failsWithin(Duration.ofSeconds(5));
                CompletableFuture<byte[]> answered = call(new Event("question", House.json("2")));
                assertThat(socket.receivesText()).isEqualTo("42" + (i + 1) + "[\"question\",2]");
                socket.sends("43" + i + "[1]").sends("43" + (i + 1) + "[2]");
                assertThat(answered.get(5, TimeUnit.SECONDS)).asString().isEqualTo("2");
            }
        }
    }

    @Test
    void closesConnectionThatSendsManyAcksOfNothing() {
        try (WebSocketClient socket = connected()) {
            for (int i = 0; i < 300; i++) {
                socket.sends("43" + i + "[1]");
            }
            socket.isClosed();
        }
    }

    @Test
    void anAckOfASocketThatLeavesIsMissedAtOnce() {
        try (WebSocketClient socket = connected()) {
            CompletableFuture<byte[]> answer = call(new Event("question", House.json("1")));
            socket.receivesText();
            socket.sends("1");

            assertThatThrownBy(() -> answer.get(5, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(IllegalStateException.class);
        }
    }
}

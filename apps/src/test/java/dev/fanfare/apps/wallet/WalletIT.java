// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.apps.Logged;
import dev.fanfare.core.Limits;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import dev.fanfare.server.http.Origins;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.HandshakeRefused;
import dev.fanfare.testkit.WebSocketClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The statements of the wallet's document, each by its number, on plain WebSocket.
class WalletIT {
    private static final String ADA = "ada";
    private static final String BOB = "bob";
    private static final String BALANCE = "balance:" + WalletNode.ADDRESS;

    private static JsonNode next(WebSocketClient client, String type) {
        return client.receivesJson(frame -> frame.path("type").asString().equals(type));
    }

    private static String subscribe(String channel) {
        return "{\"type\":\"subscribe\",\"channel\":\"" + channel + "\"}";
    }

    private static String since(String channel, long time) {
        return "{\"type\":\"subscribe\",\"channel\":\"%s\",\"since\":%d}".formatted(channel, time);
    }

    private static void refused(WalletNode node, Handshake handshake, int status) {
        HandshakeRefused refused =
                catchThrowableOfType(
                        HandshakeRefused.class,
                        () -> node.connect("?token=" + node.token(ADA), handshake));
        assertThat(refused).isNotNull();
        assertThat(refused.status()).isEqualTo(status);
    }

    @Test
    void s1_01_whatIsNeitherSocketIoNorAnUpgradeIsABadRequest() {
        try (WalletNode node = new WalletNode()) {
            assertThat(node.http.get("/ws").statusCode()).isEqualTo(400);
            assertThat(node.http.post("/ws", "").statusCode()).isEqualTo(400);
        }
    }

    @Test
    void s1_02_aPageOfFrontendUrlMayConnectAndNoOther() {
        WalletSettings settings = WalletNode.SETTINGS.origins(Origins.of("https://wallet.example"));
        try (WalletNode node = new WalletNode(settings)) {
            refused(node, Handshake.PLAIN.origin("https://evil.example"), 403);
            String query = "?token=" + node.token(ADA);
            node.subscribe(
                    node.connect(query, Handshake.PLAIN.origin("https://wallet.example")),
                    "token:price");
            node.subscribe(
                    node.connect(query, Handshake.PLAIN.origin("http://127.0.0.1:" + node.port())),
                    "token:price");
        }
    }

    @Test
    void s1_03_whoHasNoTokenIsAcceptedAndDisconnectedAndTheLogSaysSo() {
        try (WalletNode node = new WalletNode();
                Logged log = Logged.by(WalletApp.class.getName())) {
            for (String query : List.of("", "?token=")) {
                WebSocketClient client = node.connect(query, Handshake.PLAIN);
                assertThat(client.isClosedWith(4501).reason()).isEqualTo("No token provided");
            }
            eventually(() ->
                    assertThat(log.lines())
                            .hasSize(2)
                            .allMatch(line ->
                                    line.matches(
                                            "Client \\S+ disconnected: No token" + " provided")));
        }
    }

    @Test
    void s1_03_whoseTokenIsForgedOrExpiredIsDisconnectedAndTheTokenIsInNoLog() {
        try (WalletNode node = new WalletNode();
                Logged log = Logged.by("ROOT")) {
            String forged = node.token(ADA).replaceAll("..$", "AA");
            String expired = node.token(ADA, Duration.ofHours(-1));
            node.enterWith(forged).isClosedWith(4501);
            node.enterWith(expired).isClosedWith(4005);
            eventually(() ->
                    assertThat(log.lines())
                            .anyMatch(line ->
                                    line.matches("Client \\S+ disconnected: Invalid" + " token .*"))
                            .anyMatch(line ->
                                    line.matches("Client \\S+ disconnected: Token" + " expired")));
            assertThat(log.lines())
                    .noneMatch(line -> line.contains(forged) || line.contains(expired));
        }
    }

    @Test
    void s1_04_aUserHasASetOfSocketsAndEachItsChannelsAndAllIsGoneAtTheEnd() {
        try (WalletNode node = new WalletNode()) {
            List<WebSocketClient> tabs =
                    IntStream.range(0, 3).mapToObj(_ -> node.enter(ADA)).toList();
            tabs.forEach(tab -> node.subscribe(tab, "token:price"));
            node.subscribe(tabs.getFirst(), BALANCE);
            assertThat(node.fanfare.user(ADA).sessions())
                    .hasSize(3)
                    .extracting(Session::user)
                    .containsOnly(ADA);
            assertThat(node.fanfare.hub().channels())
                    .containsEntry("token:price", 3)
                    .containsEntry(BALANCE, 1);
            tabs.forEach(WebSocketClient::close);
            eventually(() -> {
                assertThat(node.fanfare.user(ADA).sessions()).isEmpty();
                assertThat(node.fanfare.hub().counts().sessions()).isZero();
                assertThat(node.fanfare.hub().channels()).isEmpty();
                assertThat(node.fanfare.hub().counts().subscriptions()).isZero();
            });
        }
    }

    @Test
    void s1_05_nothingIsAnsweredWithoutAToken() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient client = node.connect("", Handshake.PLAIN);
            client.sends("{\"type\":\"ping\"}").sends(subscribe("token:price"));
            client.isClosedWith(4501);
            assertThat(client.waiting()).isEmpty();
        }
    }

    @Test
    void s1_05_aSessionEndsSoonAfterItsToken() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient ada = node.enterWith(node.token(ADA, Duration.ofSeconds(5)));
            node.subscribe(ada, "token:price");
            for (int second = 0; second < 20; second++) {
                node.clock.advance(Duration.ofSeconds(1));
            }
            ada.isClosedWith(4005);
        }
    }

    @Test
    void s1_06_aSubscribeIsAnsweredBareOrTyped() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient ada = node.enter(ADA);
            assertThat(node.ask(ada, "{\"channel\":\"" + BALANCE + "\"}").toString())
                    .isEqualTo("{\"success\":true}");
            assertThat(node.ask(ada, subscribe("nft:" + WalletNode.ADDRESS)).toString())
                    .isEqualTo("{\"success\":true}");
            assertThat(node.ask(ada, subscribe(BALANCE)).toString())
                    .as("a second time")
                    .isEqualTo("{\"success\":true}");
        }
    }

    @Test
    void s1_07_aRefusedSubscribeNamesItsReason() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient ada = node.enter(ADA);
            for (String channel :
                    List.of(
                            "balance:abc",
                            "balance:0x",
                            "balance:0xg",
                            "balance:0x" + "a".repeat(65),
                            "balance:0xabc:1",
                            "nft:0x\\u0000",
                            "staking:",
                            "staking:a b",
                            "token:prices",
                            "chat:lobby",
                            "kyc:ada",
                            "notifications:ada",
                            "")) {
                for (String type : List.of("subscribe", "unsubscribe")) {
                    String asked = subscribe(channel).replace("subscribe", type);
                    assertThat(node.ask(ada, asked).toString())
                            .as(asked)
                            .isEqualTo("{\"success\":false,\"error\":\"invalid\"}");
                }
            }
            for (String channel : List.of("balance:0xabd", "nft:0xabd", "staking:8")) {
                assertThat(node.ask(ada, subscribe(channel)).toString())
                        .isEqualTo("{\"success\":false,\"error\":\"unauthorized\"}");
                assertThat(node.ask(ada, since(channel, 1)).toString())
                        .isEqualTo("{\"success\":false,\"error\":\"unauthorized\"}");
            }
        }
    }

    @Test
    void s1_07_whatIsUnsubscribedComesNoMore() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient ada = node.enter(ADA);
            node.subscribe(ada, BALANCE);
            node.subscribe(ada, "token:price");
            String bye = "{\"type\":\"unsubscribe\",\"channel\":\"" + BALANCE + "\"}";
            assertThat(node.ask(ada, bye).toString()).isEqualTo("{\"success\":true}");
            assertThat(node.ask(ada, bye).toString()).isEqualTo("{\"success\":true}");
            node.publish(BALANCE, "1");
            node.publish("token:price", "2");
            next(ada, "token:price");
            assertThat(ada.waiting()).isEmpty();
        }
    }

    @Test
    void s1_08_aPushIsTypePayloadAndTheTimeOfItsAppendAndNothingElse() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient ada = node.enter(ADA);
            node.subscribe(ada, BALANCE);
            long now = node.clock.millis();
            for (String data : List.of("{\"balance\":\"1.5\"}", "[1]", "\"x\"", "null", "1.50")) {
                node.publish(BALANCE, data);
                assertThat(ada.receivesText())
                        .isEqualTo(
                                "{\"type\":\"%s\",\"payload\":%s,\"timestamp\":%d}"
                                        .formatted(BALANCE, data, now));
                now++;
            }
        }
    }

    @Test
    void s1_08_theEventOfAPublicationIsItsType() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient ada = node.enter(ADA);
            node.subscribe(ada, "token:price");
            node.fanfare.channel("token:price").publish("price_changed", Map.of("price", 2));
            assertThat(next(ada, "price_changed").at("/payload/price").asInt()).isEqualTo(2);
        }
    }

    @Test
    void s1_09_everyChannelOfTheDocumentIsThereAndAddressesAreInLowerCase() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient ada = node.enter(ADA);
            for (String channel :
                    List.of(
                            "notifications",
                            "balance:0xABC",
                            "nft:0XaBc",
                            "token:price",
                            "staking:7")) {
                node.subscribe(ada, channel);
            }
            for (String channel :
                    List.of("balance:0xabc", "nft:0xabc", "token:price", "staking:7")) {
                node.publish(channel, "{}");
                next(ada, channel);
            }
            assertThat(ada.waiting()).isEmpty();
        }
    }

    @Test
    void s1_09_theLongestAddressAndOneDigitAreAddresses() {
        try (WalletNode node = new WalletNode()) {
            String longest = "0x" + "f".repeat(64);
            String token = node.token(ADA, Map.of("wallets", List.of(longest, "0x1")));
            WebSocketClient ada = node.enterWith(token);
            node.subscribe(ada, "balance:" + longest.toUpperCase(java.util.Locale.ROOT));
            node.subscribe(ada, "balance:0x1");
        }
    }

    @Test
    void s1_09_whoFallsBehindIsSentTheLatestPrice() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient ada = node.enter(ADA);
            node.subscribe(ada, "token:price");
            ada.stopsReading();
            String filler = "x".repeat(10_000);
            for (int i = 0; i < 3_000; i++) {
                node.fanfare.channel("token:price").publish(Map.of("n", i, "filler", filler));
            }
            ada.resumesReading();
            List<Integer> seen = new ArrayList<>();
            do {
                seen.add(next(ada, "token:price").at("/payload/n").asInt());
            } while (seen.getLast() < 2_999);
            assertThat(seen).isSorted().doesNotHaveDuplicates().hasSizeLessThan(3_000);
        }
    }

    @Test
    void s1_10_notificationsAreTheUsersOwnAndOnlyForWhoSubscribedThem() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient ada = node.enter(ADA);
            WebSocketClient silent = node.enter(ADA);
            WebSocketClient bob = node.enter(BOB);
            node.subscribe(ada, "notifications");
            node.subscribe(bob, "notifications");
            node.subscribe(silent, "token:price");
            node.send(ADA, "transfer_received", "{\"amount\":\"3\"}");
            assertThat(ada.receivesText())
                    .isEqualTo(
                            "{\"type\":\"transfer_received\",\"payload\":{\"amount\":\"3\"},\"timestamp\":"
                                    + node.clock.millis()
                                    + "}");
            for (WebSocketClient other : List.of(silent, bob)) {
                node.ask(other, "{\"type\":\"ping\"}");
                assertThat(other.waiting()).isEmpty();
            }
        }
    }

    @Test
    void s1_12_everyConnectionOfAUserIsTold() {
        try (WalletNode node = new WalletNode()) {
            List<WebSocketClient> tabs =
                    IntStream.range(0, 3).mapToObj(_ -> node.enter(ADA)).toList();
            tabs.forEach(tab -> node.subscribe(tab, "notifications"));
            node.send(ADA, "hello", "1");
            tabs.forEach(tab -> assertThat(next(tab, "hello").path("payload").asInt()).isOne());
        }
    }

    @Test
    void s1_13_whatIsSentToAUserWaitsForTheFirstSessionThatSubscribes() {
        try (WalletNode node = new WalletNode()) {
            node.send(ADA, "first", "1");
            long sent = node.clock.millis();
            node.clock.advance(Duration.ofSeconds(5));
            WebSocketClient ada = node.enter(ADA);
            node.ask(ada, "{\"type\":\"ping\"}");
            node.send(ADA, "second", "2");
            assertThat(ada.waiting()).isEmpty();
            node.subscribe(ada, "notifications");
            JsonNode first = next(ada, "first");
            assertThat(first.path("timestamp").asLong()).isEqualTo(sent);
            assertThat(next(ada, "second").path("payload").asInt()).isEqualTo(2);
            WebSocketClient other = node.enter(ADA);
            node.subscribe(other, "notifications");
            node.send(ADA, "third", "3");
            next(ada, "third");
            next(other, "third");
            assertThat(other.waiting()).as("what another session has had").isEmpty();
        }
    }

    @Test
    void s1_13_whatIsSentAfterTheUnsubscribeWaits() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient ada = node.enter(ADA);
            node.subscribe(ada, "notifications");
            String bye = "{\"type\":\"unsubscribe\",\"channel\":\"notifications\"}";
            assertThat(node.ask(ada, bye).toString()).isEqualTo("{\"success\":true}");
            node.send(ADA, "later", "1");
            node.ask(ada, "{\"type\":\"ping\"}");
            assertThat(ada.waiting()).isEmpty();
            node.subscribe(ada, "notifications");
            next(ada, "later");
        }
    }

    @Test
    void s1_13_whoComesTooLateForSomeOfItIsTold() {
        try (WalletNode node = new WalletNode()) {
            for (int n = 0; n < 300; n++) {
                node.fanfare
                        .user(ADA)
                        .send(Content.of("n", ("" + n).getBytes(StandardCharsets.US_ASCII)));
            }
            WebSocketClient ada = node.enter(ADA);
            node.subscribe(ada, "notifications");
            assertThat(next(ada, "gap").at("/payload/channel").asString())
                    .isEqualTo("notifications");
            int first = next(ada, "n").path("payload").asInt();
            assertThat(first).isPositive();
            for (int n = first + 1; n < 300; n++) {
                assertThat(next(ada, "n").path("payload").asInt()).isEqualTo(n);
            }
        }
    }

    @Test
    void s1_11_aPingIsAnsweredWithTheTime() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient ada = node.enter(ADA);
            assertThat(node.ask(ada, "{\"type\":\"ping\"}").toString())
                    .isEqualTo("{\"type\":\"pong\",\"timestamp\":" + node.clock.millis() + "}");
        }
    }

    @Test
    void s1_13_whatWasMissedComesOnReturnInOrderAndOnce() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient ada = node.enter(ADA);
            node.subscribe(ada, BALANCE);
            // All within one millisecond of the clock.
            for (int n = 0; n < 10; n++) {
                node.publish(BALANCE, "" + n);
            }
            for (int cut = 0; cut < 10; cut++) {
                JsonNode last = next(ada, BALANCE);
                assertThat(last.path("payload").asInt()).isEqualTo(cut);
                WebSocketClient again = node.enter(ADA);
                JsonNode answer = node.ask(again, since(BALANCE, last.path("timestamp").asLong()));
                assertThat(answer.toString()).isEqualTo("{\"success\":true,\"recovered\":true}");
                for (int n = cut + 1; n < 10; n++) {
                    JsonNode missed = next(again, BALANCE);
                    assertThat(missed.path("payload").asInt()).isEqualTo(n);
                }
                node.ask(again, "{\"type\":\"ping\"}");
                assertThat(again.waiting()).isEmpty();
            }
        }
    }

    @Test
    void s1_13_aTimeBetweenTwoMessagesWillDoToo() {
        try (WalletNode node = new WalletNode()) {
            node.publish(BALANCE, "0");
            node.clock.advance(Duration.ofSeconds(10));
            node.publish(BALANCE, "1");
            WebSocketClient ada = node.enter(ADA);
            assertThat(node.ask(ada, since(BALANCE, node.clock.millis() - 5_000)).toString())
                    .isEqualTo("{\"success\":true,\"recovered\":true}");
            assertThat(next(ada, BALANCE).path("payload").asInt()).isEqualTo(1);
            WebSocketClient late = node.enter(ADA);
            node.ask(late, since(BALANCE, node.clock.millis() + 5_000));
            node.publish(BALANCE, "2");
            assertThat(next(late, BALANCE).path("payload").asInt()).isEqualTo(2);
        }
    }

    @Test
    void s1_13_whatIsNotKeptAnyMoreIsTold() {
        WalletSettings settings =
                WalletNode.SETTINGS.window(new WalletSettings.Window(3, Duration.ofMinutes(1)));
        String lost = "{\"success\":true,\"recovered\":false}";
        try (WalletNode node = new WalletNode(settings)) {
            long began = node.clock.millis();
            for (int n = 0; n < 5; n++) {
                node.clock.advance(Duration.ofSeconds(1));
                node.publish(BALANCE, "" + n);
            }
            WebSocketClient size = node.enter(ADA);
            assertThat(node.ask(size, since(BALANCE, began + 1_500)).toString()).isEqualTo(lost);
            WebSocketClient edge = node.enter(ADA);
            assertThat(node.ask(edge, since(BALANCE, began + 2_000)).toString()).isEqualTo(lost);
            WebSocketClient inside = node.enter(ADA);
            assertThat(node.ask(inside, since(BALANCE, began + 3_000)).toString())
                    .isEqualTo("{\"success\":true,\"recovered\":true}");
            assertThat(next(inside, BALANCE).path("payload").asInt()).isEqualTo(3);
            node.clock.advance(Duration.ofMinutes(2));
            WebSocketClient age = node.enter(ADA);
            assertThat(node.ask(age, since(BALANCE, began + 3_000)).toString()).isEqualTo(lost);
            node.publish(BALANCE, "9");
            assertThat(next(age, BALANCE).path("payload").asInt()).as("it is live").isEqualTo(9);
        }
    }

    @Test
    void s1_13_aTimeBeforeTheNodeRanIsTold() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient ada = node.enter(ADA);
            assertThat(node.ask(ada, since(BALANCE, node.clock.millis() - 1)).toString())
                    .isEqualTo("{\"success\":true,\"recovered\":false}");
        }
    }

    @Test
    void s1_13_ofThePriceTheLatestComesOnReturn() {
        try (WalletNode node = new WalletNode()) {
            node.publish("token:price", "1");
            long seen = node.clock.millis();
            node.clock.advance(Duration.ofSeconds(1));
            node.publish("token:price", "2");
            node.publish("token:price", "3");
            WebSocketClient ada = node.enter(ADA);
            assertThat(node.ask(ada, since("token:price", seen)).toString())
                    .isEqualTo("{\"success\":true,\"recovered\":true}");
            assertThat(next(ada, "token:price").path("payload").asInt()).isEqualTo(3);
            node.ask(ada, "{\"type\":\"ping\"}");
            assertThat(ada.waiting()).isEmpty();
        }
    }

    @Test
    void s1_14_fiftyMalformedMessagesAreEachAnsweredAndSurvived() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient ada = node.enter(ADA);
            List<String> bad =
                    List.of(
                            "{",
                            "hello",
                            "[]",
                            "null",
                            "{}",
                            "{} {}",
                            "{\"type\":7}",
                            "{\"type\":\"dance\"}",
                            "{\"channel\":{}}",
                            "{\"channel\":null}",
                            "{\"type\":\"subscribe\"}",
                            "{\"type\":\"subscribe\",\"channel\":[\"token:price\"]}",
                            "{\"type\":\"subscribe\",\"channel\":\"token:price\",\"since\":-1}",
                            "{\"type\":\"subscribe\",\"channel\":\"token:price\",\"since\":\"x\"}",
                            "[".repeat(100) + "]".repeat(100));
            for (int i = 0; i < 50; i++) {
                String sent = bad.get(i % bad.size());
                JsonNode answer = node.ask(ada, sent);
                assertThat(answer.path("error").asString()).as(sent).isEqualTo("invalid");
            }
            node.subscribe(ada, "token:price");
        }
    }

    @Test
    void s1_14_textOverTheLargestMessageIsAnsweredAndNotCut() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient ada = node.enter(ADA);
            JsonNode answer = node.ask(ada, subscribe("x".repeat(70_000)));
            assertThat(answer.path("error").asString()).isEqualTo("message_too_large");
            assertThat(answer.path("message").asString()).contains("65536");
            node.subscribe(ada, "token:price");
        }
    }

    @Test
    void s1_14_whoAsksTooOftenIsToldAndWhen() {
        WalletSettings settings = WalletNode.SETTINGS.rate(new Limits.Rate(5, 10, 100));
        try (WalletNode node = new WalletNode(settings)) {
            WebSocketClient ada = node.enter(ADA);
            for (int i = 0; i < 10; i++) {
                node.ask(ada, subscribe("balance:abc"));
            }
            JsonNode answer = node.ask(ada, subscribe("token:price"));
            assertThat(answer.path("success").asBoolean(true)).isFalse();
            assertThat(answer.path("error").asString()).isEqualTo("rate_limited");
            assertThat(answer.path("retryAfter").asLong()).isPositive();
            node.clock.advance(Duration.ofSeconds(1));
            node.subscribe(ada, "token:price");
        }
    }

    @Test
    void s1_14_oneConnectionTooManyOfAUserIsClosed() {
        try (WalletNode node = new WalletNode(WalletNode.SETTINGS.maxConnectionsPerUser(2))) {
            node.subscribe(node.enter(ADA), "token:price");
            node.subscribe(node.enter(ADA), "token:price");
            node.enter(ADA).isClosedWith(4504);
            node.subscribe(node.enter(BOB), "token:price");
        }
    }

    @Test
    void s1_17_connectSubscribeExchangeDisconnectReconnect() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient ada = node.enter(ADA);
            node.subscribe(ada, BALANCE);
            node.publish(BALANCE, "1");
            long last = next(ada, BALANCE).path("timestamp").asLong();
            ada.closes(1000, "");
            node.publish(BALANCE, "2");
            WebSocketClient again = node.enter(ADA);
            node.ask(again, since(BALANCE, last));
            assertThat(next(again, BALANCE).path("payload").asInt()).isEqualTo(2);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.chat;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.apps.Http;
import dev.fanfare.apps.Logged;
import dev.fanfare.apps.TestPostgres;
import dev.fanfare.core.Counts;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import dev.fanfare.server.TypedHandler;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.HandshakeRefused;
import dev.fanfare.testkit.WebSocketClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The statements of the chat's document, each by its number.
@ExtendWith(TestPostgres.class)
class ChatIT {
    private static final String ADA = "ada@example.org";
    private static final String BOB = "bob@example.org";

    private static JsonNode next(WebSocketClient client, String type) {
        return client.receivesJson(frame -> frame.path("type").asString().equals(type));
    }

    private static JsonNode error(WebSocketClient client) {
        return next(client, "error");
    }

    private static String said(String content) {
        return "{\"type\":\"chat_message\",\"content\":\"" + content + "\"}";
    }

    private static List<String> names(JsonNode object) {
        return new ArrayList<>(object.propertyNames());
    }

    private static void refused(ChatNode node, Handshake handshake, int status) {
        HandshakeRefused refused =
                catchThrowableOfType(HandshakeRefused.class, () -> node.connect(handshake));
        assertThat(refused).isNotNull();
        assertThat(refused.status()).isEqualTo(status);
    }

    @Test
    void s2_01_whoHasNoSessionIsNotUpgraded() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            refused(node, Handshake.PLAIN, 401);
            refused(node, Handshake.PLAIN.cookie("session=forged"), 401);
            String cookie = node.signIn(ADA);
            TestPostgres.sql("update chat_session set expires_at = 'epoch'");
            refused(node, Handshake.PLAIN.cookie(cookie), 401);
            node.enter(ADA);
        }
    }

    @Test
    void s2_01_thePageOfAnotherOriginIsRefusedAndNoOriginIsNoBrowser() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            Handshake signedIn = Handshake.PLAIN.cookie(node.signIn(ADA));
            refused(node, signedIn.origin("https://evil.example"), 403);
            next(node.connect(signedIn.origin("http://127.0.0.1:" + node.port())), "welcome");
            next(node.connect(signedIn), "welcome");
        }
    }

    @Test
    void s2_02_aConnectionIsWelcomedAndToldWhoIsHere() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            node.enter(BOB);
            WebSocketClient ada = node.connect(Handshake.PLAIN.cookie(node.signIn(ADA)));
            JsonNode welcome = JsonMapper.shared().readTree(ada.receivesText());
            assertThat(welcome.path("type").asString()).isEqualTo("welcome");
            assertThat(welcome.at("/user/email").asString()).isEqualTo(ADA);
            JsonNode list = JsonMapper.shared().readTree(ada.receivesText());
            assertThat(list.path("type").asString()).isEqualTo("user_list");
            assertThat(list.path("users").valueStream().map(user -> user.path("email").asString()))
                    .containsExactlyInAnyOrder(ADA, BOB);
            assertThat(names(list.path("users").get(0))).containsExactlyInAnyOrder("id", "email");
        }
    }

    @Test
    void s2_03_everyMessageIsFlat() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            WebSocketClient ada = node.enter(ADA);
            WebSocketClient bob = node.enter(BOB);
            ada.sends(said("hello"));
            JsonNode heard = next(bob, "chat_message");
            assertThat(names(heard))
                    .containsExactlyInAnyOrder("type", "content", "user", "timestamp");
            assertThat(heard.path("content").asString()).isEqualTo("hello");
            assertThat(heard.at("/user/email").asString()).isEqualTo(ADA);
            assertThat(Instant.parse(heard.path("timestamp").asString()).toEpochMilli())
                    .isEqualTo(node.clock.millis());
        }
    }

    @Test
    void s2_04_textThatIsNoJsonIsChat() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            WebSocketClient ada = node.enter(ADA);
            WebSocketClient bob = node.enter(BOB);
            ada.sends("hello <b>there</b>").sends(" {not json").sends("[1]").sends("\"quoted\"");
            for (String said : List.of("hello <b>there</b>", " {not json", "[1]", "\"quoted\"")) {
                assertThat(next(bob, "chat_message").path("content").asString()).isEqualTo(said);
            }
            assertThat(ada.waiting()).noneMatch(frame -> frame.contains("error"));
        }
    }

    @Test
    void s2_04_fiftyMalformedMessagesInARowAreEachAnsweredAndSurvived() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            WebSocketClient ada = node.enter(ADA);
            List<String> bad =
                    List.of("{", "{\"content\":1}", "{\"type\":7}", "{} {}", "{\"type\":\"\"}");
            for (int i = 0; i < 50; i++) {
                ada.sends(bad.get(i % bad.size()));
                JsonNode error = error(ada);
                assertThat(error.path("message").asString()).isNotBlank();
                assertThat(error.path("code").asString()).isEqualTo("bad_request");
            }
            ada.sends("{\"type\":\"ping\"}");
            next(ada, "pong");
        }
    }

    @Test
    void s2_04_textOverTheLargestMessageIsAnsweredAndNotCut() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            WebSocketClient ada = node.enter(ADA);
            ada.sends(said("x".repeat(70_000)));
            assertThat(error(ada).path("code").asString()).isEqualTo("message_too_large");
            ada.sends("{\"type\":\"ping\"}");
            next(ada, "pong");
        }
    }

    @Test
    void s2_05_anUnknownTypeIsAnError() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            WebSocketClient ada = node.enter(ADA);
            ada.sends("{\"type\":\"dance\"}");
            assertThat(error(ada).path("code").asString()).isEqualTo("unknown_handler");
            ada.isOpen();
        }
    }

    @Test
    void s2_05_aMessageIsValidatedBeforeItIsHandled() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS, new Custom())) {
            WebSocketClient ada = node.enter(ADA);
            for (String wrong :
                    List.of(
                            "{\"type\":\"custom_message\"}",
                            "{\"type\":\"custom_message\",\"content\":\"\"}",
                            "{\"type\":\"custom_message\",\"content\":{}}",
                            "{\"type\":\"chat_message\"}",
                            "{\"type\":\"typing\",\"isTyping\":\"yes\"}",
                            said("x".repeat(4_001)))) {
                ada.sends(wrong);
                assertThat(error(ada).path("code").asString()).as(wrong).isEqualTo("bad_request");
            }
            assertThat(ada.waiting()).isEmpty();
        }
    }

    @Test
    void s2_05_whatAHandlerThrowsTouchesNobodyElse() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS, new Custom());
                Logged log = Logged.by("dev.fanfare.core.Commands")) {
            WebSocketClient ada = node.enter(ADA);
            WebSocketClient bob = node.enter(BOB);
            ada.sends("{\"type\":\"custom_message\",\"content\":\"explode\"}");
            assertThat(error(ada).path("code").asString()).isEqualTo("internal");
            assertThat(log.lines()).anyMatch(line -> line.contains("custom_message"));
            ada.sends(said("still here"));
            assertThat(next(bob, "chat_message").path("content").asString())
                    .isEqualTo("still here");
        }
    }

    @Test
    void s2_06_chatTypingAndPingAreBuiltIn() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            WebSocketClient ada = node.enter(ADA);
            WebSocketClient bob = node.enter(BOB);
            ada.sends("{\"type\":\"typing\",\"isTyping\":true}");
            JsonNode typing = next(bob, "typing");
            assertThat(typing.path("isTyping").asBoolean()).isTrue();
            assertThat(typing.at("/user/email").asString()).isEqualTo(ADA);
            ada.sends(said("done"));
            next(bob, "chat_message");
            ada.sends("{\"type\":\"ping\"}");
            assertThat(names(next(ada, "pong"))).containsExactly("type");
            assertThat(ada.waiting()).noneMatch(frame -> frame.contains("typing"));
        }
    }

    /// What a Java user writes in place of the document's `CustomMessageHandler`.
    private static final class Custom implements TypedHandler<Custom.CustomMessage> {
        private record CustomMessage(String content) {}

        @Override
        public String messageType() {
            return "custom_message";
        }

        @Override
        public Class<CustomMessage> type() {
            return CustomMessage.class;
        }

        @Override
        public void validate(CustomMessage message) throws InvalidMessage {
            if (message.content().isEmpty()) {
                throw new InvalidMessage("content", "The content is empty.");
            }
        }

        @Override
        public void handle(Session session, CustomMessage message) {
            if (message.content().equals("explode")) {
                throw new IllegalStateException("as asked");
            }
            session.send(
                    Content.of(
                            ("{\"type\":\"custom_reply\",\"content\":\""
                                            + message.content()
                                            + "\"}")
                                    .getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void s2_06_whoHasJustComeIsSentWhatWasSaid() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            WebSocketClient ada = node.enter(ADA);
            WebSocketClient bob = node.enter(BOB);
            ada.sends(said("one"));
            String one = next(bob, "chat_message").path("timestamp").asString();
            ada.sends("{\"type\":\"typing\",\"isTyping\":true}");
            bob.sends(said("two"));
            JsonNode two = next(ada, "chat_message");
            WebSocketClient cleo = node.enter("cleo@example.org");

            cleo.sends("{\"type\":\"history\"}");
            JsonNode all = next(cleo, "history").path("messages");
            assertThat(all.findValuesAsString("content")).containsExactly("one", "two");
            assertThat(all.get(0).path("timestamp").asString()).isEqualTo(one);
            assertThat(all.get(1).path("user")).isEqualTo(two.path("user"));

            cleo.sends("{\"type\":\"history\",\"since\":\"" + one + "\"}");
            JsonNode later = next(cleo, "history");
            assertThat(later.path("complete").asBoolean()).isTrue();
            assertThat(later.path("messages").findValuesAsString("content")).containsExactly("two");
        }
    }

    @Test
    void s2_06_whoWasAwayForLongIsToldThatSomethingIsMissing() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            WebSocketClient ada = node.enter(ADA);
            ada.sends("{\"type\":\"history\",\"since\":\"1999-01-01T00:00:00Z\"}");
            assertThat(next(ada, "history").path("complete").asBoolean(true)).isFalse();
            ada.sends("{\"type\":\"history\",\"since\":\"yesterday\"}");
            assertThat(error(ada).path("code").asString()).isEqualTo("bad_request");
        }
    }

    @Test
    void s2_07_aCustomHandlerIsOneClassAndOneCall() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS, new Custom())) {
            WebSocketClient ada = node.enter(ADA);
            ada.sends("{\"type\":\"custom_message\",\"content\":\"mine\"}");
            assertThat(next(ada, "custom_reply").path("content").asString()).isEqualTo("mine");
        }
    }

    @Test
    void s2_08_theSettingsOfTheDocumentAreTheDefaults() {
        assertThat(ChatSettings.DEMO.verboseLogging()).isTrue();
        assertThat(ChatSettings.DEMO.maxConnectionsPerUser()).isEqualTo(5);
        assertThat(ChatSettings.DEMO.echoToSender()).isFalse();
    }

    @Test
    void s2_08_withEchoTheSenderIsSentItsOwnMessage() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS.echoToSender(true))) {
            WebSocketClient ada = node.enter(ADA);
            ada.sends(said("echo"));
            assertThat(next(ada, "chat_message").path("content").asString()).isEqualTo("echo");
        }
    }

    @Test
    void s2_09_theSixthConnectionOfAUserIsRefused() {
        ChatSettings settings = ChatNode.SETTINGS.maxConnectionsPerUser(5, "Five tabs are enough");
        try (ChatNode node = new ChatNode(settings)) {
            String ada = node.signIn(ADA);
            List<WebSocketClient> five = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                five.add(node.enterWith(ada));
            }
            WebSocketClient sixth = node.connect(Handshake.PLAIN.cookie(node.signIn(ADA)));
            assertThat(sixth.isClosedWith(1008).reason()).isEqualTo("Five tabs are enough");
            five.forEach(WebSocketClient::isOpen);
            node.enter(BOB);
            five.getFirst().close();
            eventually(
                    () -> assertThat(node.app.connectionStats().totalConnections()).isEqualTo(5));
            node.enterWith(ada);
        }
    }

    @Test
    void s2_10_everySocketButTheSendingOneIsSentAMessage() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            String cookie = node.signIn(ADA);
            WebSocketClient sender = node.enterWith(cookie);
            WebSocketClient otherTab = node.enterWith(cookie);
            WebSocketClient bob = node.enter(BOB);
            sender.sends(said("first"));
            assertThat(next(otherTab, "chat_message").path("content").asString())
                    .isEqualTo("first");
            assertThat(next(bob, "chat_message").path("content").asString()).isEqualTo("first");
            bob.sends(said("second"));
            assertThat(next(sender, "chat_message").path("content").asString())
                    .as("the sender was not sent its own")
                    .isEqualTo("second");
        }
    }

    @Test
    void s2_10_aUsersEveryConnectionCanBeSentTo() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            String cookie = node.signIn(ADA);
            List<WebSocketClient> tabs = List.of(node.enterWith(cookie), node.enterWith(cookie));
            WebSocketClient bob = node.enter(BOB);
            String ada = TestPostgres.ask("select id from chat_user where email = '" + ADA + "'");
            assertThat(node.app.sendToUser(String.valueOf(ada), "{\"type\":\"hint\"}"))
                    .isEqualTo(2);
            tabs.forEach(tab -> next(tab, "hint"));
            bob.sends("{\"type\":\"ping\"}");
            next(bob, "pong");
            assertThat(bob.waiting()).noneMatch(frame -> frame.contains("hint"));
        }
    }

    @Test
    void s2_11_aBroadcastArrivesVerbatimAtAllButOneConnection() {
        String json = "{\"type\":\"announcement\",\"message\":\"Server maintenance in 5 minutes\"}";
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            WebSocketClient ada = node.enter(ADA);
            WebSocketClient bob = node.enter(BOB);
            next(ada, "user_joined");
            node.app.broadcastMessage(json).toCompletableFuture().join();
            assertThat(ada.receivesText()).isEqualTo(json);
            assertThat(bob.receivesText()).isEqualTo(json);
            Session bobs =
                    node.fanfare.sessions().stream()
                            .filter(session -> ChatUser.of(session).email().equals(BOB))
                            .findFirst()
                            .orElseThrow();
            node.app.broadcastMessage("{\"n\":1}", bobs.id()).toCompletableFuture().join();
            node.app.broadcastMessage("{\"n\":2}").toCompletableFuture().join();
            assertThat(ada.receivesText()).isEqualTo("{\"n\":1}");
            assertThat(bob.receivesText()).isEqualTo("{\"n\":2}");
        }
    }

    @Test
    void s2_12_statisticsCountUsersAndConnections() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            assertThat(node.app.connectionStats()).isEqualTo(new ConnectionStats(0, 0));
            String cookie = node.signIn(ADA);
            for (int i = 0; i < 3; i++) {
                node.enterWith(cookie);
            }
            assertThat(node.app.connectionStats()).isEqualTo(new ConnectionStats(1, 3));
            node.enter(BOB);
            assertThat(node.http.get("/api/chat/stats").body())
                    .isEqualTo("{\"totalUsers\":2,\"totalConnections\":4}");
        }
    }

    @Test
    void s2_13_onlyTheFirstConnectionJoinsAndOnlyTheLastLeaves() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            WebSocketClient bob = node.enter(BOB);
            String cookie = node.signIn(ADA);
            WebSocketClient first = node.enterWith(cookie);
            WebSocketClient second = node.enterWith(cookie);
            assertThat(next(bob, "user_joined").at("/user/email").asString()).isEqualTo(ADA);
            first.closes(1000, "");
            eventually(
                    () -> assertThat(node.app.connectionStats().totalConnections()).isEqualTo(2));
            node.clock.advance(Duration.ofSeconds(6));
            second.sends(said("one tab left"));
            next(bob, "chat_message");
            assertThat(bob.waiting()).as("no second join, no leave yet").isEmpty();

            second.closes(1000, "");
            eventually(
                    () -> assertThat(node.app.connectionStats().totalConnections()).isEqualTo(1));
            node.clock.advance(Duration.ofSeconds(4));
            bob.sends("{\"type\":\"ping\"}");
            next(bob, "pong");
            assertThat(bob.waiting()).as("within the grace").isEmpty();
            node.clock.advance(Duration.ofSeconds(2));
            JsonNode left = next(bob, "user_left");
            assertThat(left.at("/user/email").asString()).isEqualTo(ADA);
            assertThat(names(left)).containsExactlyInAnyOrder("type", "user");
        }
    }

    @Test
    void s2_13_aReloadIsNeitherALeaveNorAJoin() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            WebSocketClient bob = node.enter(BOB);
            String cookie = node.signIn(ADA);
            WebSocketClient ada = node.enterWith(cookie);
            next(bob, "user_joined");
            ada.closes(1001, "");
            eventually(
                    () -> assertThat(node.app.connectionStats().totalConnections()).isEqualTo(1));
            node.clock.advance(Duration.ofSeconds(3));
            WebSocketClient again = node.enterWith(cookie);
            node.clock.advance(Duration.ofSeconds(10));
            again.sends(said("back"));
            next(bob, "chat_message");
            assertThat(bob.waiting()).isEmpty();
        }
    }

    @Test
    void s2_14_whatIsRevokedElsewhereIsClosedWithinHalfAMinute() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS);
                Logged log = Logged.by("fanfare.security")) {
            WebSocketClient ada = node.enter(ADA);
            WebSocketClient bob = node.enter(BOB);
            TestPostgres.sql(
                    "delete from chat_session s using chat_user u where s.user_id = u.id and email = '"
                            + ADA
                            + "'");
            node.clock.advance(Duration.ofSeconds(30));
            assertThat(ada.isClosedWith(4507).reason()).isEqualTo("access revoked");
            assertThat(log.lines())
                    .anyMatch(line -> line.startsWith("event=revoked endpoint=chat/ws "));
            bob.sends("{\"type\":\"ping\"}");
            next(bob, "pong");
        }
    }

    @Test
    void s2_14_signingOutClosesTheSessionsSocketsAtOnce() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            String cookie = node.signIn(ADA);
            WebSocketClient first = node.enterWith(cookie);
            WebSocketClient second = node.enterWith(cookie);
            WebSocketClient elsewhere = node.enter(ADA);
            assertThat(node.http.post("/api/auth/sign-out", "", "Cookie", cookie).statusCode())
                    .isEqualTo(204);
            first.isClosedWith(4507);
            second.isClosedWith(4507);
            refused(node, Handshake.PLAIN.cookie(cookie), 401);
            elsewhere.sends("{\"type\":\"ping\"}");
            next(elsewhere, "pong");
        }
    }

    @Test
    void s2_15_announcingNeedsTheRole() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS.admins(Set.of(ADA)));
                Logged log = Logged.by("fanfare.security")) {
            WebSocketClient ada = node.enter(ADA);
            WebSocketClient bob = node.enter(BOB);
            String announcement = "{\"type\":\"announcement\",\"message\":\"Tea is ready\"}";
            bob.sends(announcement);
            assertThat(error(bob).path("code").asString()).isEqualTo("permission_denied");
            assertThat(log.lines())
                    .anyMatch(line ->
                            line.startsWith("event=permission_denied endpoint=chat/ws ")
                                    && line.endsWith(" handler=announcement"));
            ada.sends(announcement);
            assertThat(next(bob, "announcement").path("message").asString())
                    .isEqualTo("Tea is ready");
        }
    }

    @Test
    void s2_15_aChangedRoleTakesEffectWithinHalfAMinute() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            WebSocketClient ada = node.enter(ADA);
            TestPostgres.sql("update chat_user set role = 'admin'");
            node.clock.advance(Duration.ofSeconds(30));
            ada.isClosedWith(4005);
        }
    }

    @Test
    void s2_15_inputIsRejectedNotRewritten() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            WebSocketClient ada = node.enter(ADA);
            WebSocketClient bob = node.enter(BOB);
            for (String control : List.of("\\u0000", "\\u001b[2J", "\\ud800", "\\u0085")) {
                ada.sends(said("a" + control));
                assertThat(error(ada).path("code").asString()).as(control).isEqualTo("bad_request");
            }
            String markup = "<img src=x onerror=alert(1)> \\u00e9\\n\\ud83d\\ude00";
            ada.sends(said(markup));
            assertThat(next(bob, "chat_message").path("content").asString())
                    .isEqualTo("<img src=x onerror=alert(1)> é\n😀");
        }
    }

    @Test
    void s2_15_aFloodIsLimitedAndTold() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            WebSocketClient ada = node.enter(ADA);
            for (int i = 0; i < 201; i++) {
                ada.sends("{\"type\":\"ping\"}");
            }
            JsonNode error = error(ada);
            assertThat(error.path("code").asString()).isEqualTo("too_many_requests");
            assertThat(error.path("retryAfter").asLong()).isPositive();
            node.clock.advance(Duration.ofSeconds(1));
            ada.sends(said("slower"));
            ada.isOpen();
        }
    }

    @Test
    void s2_15_signingInNeedsAnEmailAndOurOwnPage() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            for (String bad :
                    List.of("{\"email\":\"nobody\"}", "{\"email\":\"a b@c\"}", "{}", "nonsense")) {
                assertThat(node.http.post("/api/auth/sign-in", bad).statusCode())
                        .as(bad)
                        .isEqualTo(400);
            }
            String good = "{\"email\":\"" + ADA + "\"}";
            assertThat(
                            node.http
                                    .post("/api/auth/sign-in", good, "Sec-Fetch-Site", "cross-site")
                                    .statusCode())
                    .isEqualTo(403);
            String cookie =
                    node.http
                            .post("/api/auth/sign-in", good)
                            .headers()
                            .firstValue("set-cookie")
                            .orElseThrow();
            assertThat(cookie).contains("HttpOnly", "SameSite=Lax", "Path=/");
        }
    }

    @Test
    void s2_16_verboseLoggingNamesWhoConnects() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS.verboseLogging(true));
                Logged log = Logged.by("dev.fanfare.apps.chat.Lobby")) {
            node.enter(ADA);
            assertThat(log.lines()).contains("User " + ADA + " connected");
        }
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS);
                Logged log = Logged.by("dev.fanfare.apps.chat.Lobby")) {
            node.enter(ADA);
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void s2_16_nothingIsLeftAfterManyConnectionsHaveComeAndGone() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            String cookie = node.signIn(ADA);
            for (int i = 0; i < 100; i++) {
                WebSocketClient client = node.enterWith(cookie);
                if (i % 2 == 0) {
                    client.closes(1000, "");
                } else {
                    client.reset();
                }
                eventually(() -> assertThat(node.app.connectionStats().totalUsers()).isZero());
            }
            node.clock.advance(Duration.ofSeconds(6));
            eventually(() -> {
                Counts counts = node.fanfare.hub().counts();
                assertThat(counts.sessions()).isZero();
                assertThat(counts.users()).isZero();
                assertThat(counts.channels()).isZero();
                assertThat(counts.subscriptions()).isZero();
                assertThat(
                                node.fanfare
                                        .channel(Lobby.CHANNEL)
                                        .members(10)
                                        .toCompletableFuture()
                                        .join())
                        .isEmpty();
            });
        }
    }

    @Test
    void thePageIsServedAtTheRoot() {
        try (ChatNode node = new ChatNode(ChatNode.SETTINGS)) {
            String page = node.http.get("/").body();
            assertThat(page).contains("Chat · Fanfare");
            Matcher files = Pattern.compile("(?:src|href)=\"(/[^\"]+)\"").matcher(page);
            List<String> paths = files.results().map(file -> file.group(1)).toList();
            assertThat(paths).hasSizeGreaterThan(2);
            for (String path : paths) {
                assertThat(node.http.get(path).statusCode()).as(path).isEqualTo(200);
            }
            assertThat(Http.json(node.http.get("/api/auth/session")).path("user").isNull())
                    .isTrue();
        }
    }
}

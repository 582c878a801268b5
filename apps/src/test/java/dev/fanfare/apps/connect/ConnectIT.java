// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.connect;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.apps.Http;
import dev.fanfare.apps.Logged;
import dev.fanfare.apps.TestPostgres;
import dev.fanfare.testkit.WebSocketClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/// The statements of the wallet connection's document, each by its number.
@ExtendWith(TestPostgres.class)
class ConnectIT {
    private static final String STATS = "/api/admin/websocket-stats";
    private static final String[] ADMIN = {"Authorization", "Bearer the-admin-key"};

    private static String status(WebSocketClient client) {
        return client.receivesJson(frame -> frame.path("type").asString().equals("status"))
                .path("status")
                .asString();
    }

    private static String stored(ConnectNode.Invited session) {
        return String.valueOf(
                TestPostgres.ask(
                        "select status from connect_session where id = '" + session.id() + "'"));
    }

    private static void stillAnswers(WebSocketClient client) {
        client.sends("{\"type\":\"ping\"}");
        client.receivesJson(frame -> frame.path("type").asString().equals("pong"));
    }

    private static int clients(ConnectNode node) {
        return Http.json(node.http.get(STATS, ADMIN)).path("totalConnections").asInt();
    }

    @Test
    void s4_01_httpAndWebSocketShareAPort() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            ConnectNode.Invited session = node.begin();
            assertThat(node.http.get("/").body()).contains("<title>Connect a wallet");
            assertThat(status(node.connect(session))).isEqualTo("pending");
        }
    }

    @Test
    void s4_01_withoutASessionIdTheConnectionIsAcceptedAndThenClosed() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            assertThat(node.connect("").isClosedWith(1008).reason()).isEqualTo("Missing sessionId");
            node.connect("?token=abc").isClosedWith(1008);
        }
    }

    @Test
    void s4_02_aSessionIsCreatedInTheDatabaseWithAnInvitation() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            ConnectNode.Invited session = node.begin();
            assertThat(session.id()).startsWith("session-");
            assertThat(session.invitationUrl())
                    .startsWith("http://localhost:" + node.port() + "/wallet.html?oob=");
            assertThat(stored(session)).isEqualTo("pending");
            assertThat(TestPostgres.ask("select invitation_url from connect_session"))
                    .isEqualTo(session.invitationUrl());
            assertThat(TestPostgres.ask("select token_hash from connect_session"))
                    .as("the token itself is nowhere")
                    .doesNotContain(session.token());
        }
    }

    @Test
    void s4_02_theInvitationIsShownAsACodeToWhoHasTheToken() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            ConnectNode.Invited session = node.begin();
            String path = "/api/connections/session/" + session.id() + "/qr.svg";
            HttpResponse<String> code = node.http.get(path + "?token=" + session.token());
            assertThat(code.statusCode()).isEqualTo(200);
            assertThat(code.headers().firstValue("content-type")).hasValue("image/svg+xml");
            assertThat(code.body()).startsWith("<svg");
            assertThat(node.http.get(path).statusCode()).isEqualTo(401);
        }
    }

    @Test
    void s4_03_aWebhookReachesEveryClientOfItsSessionOnly() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            ConnectNode.Invited session = node.begin();
            ConnectNode.Invited other = node.begin();
            List<WebSocketClient> clients = List.of(node.watch(session), node.watch(session));
            WebSocketClient bystander = node.watch(other);
            assertThat(node.webhook(session, "active").statusCode()).isEqualTo(200);
            assertThat(stored(session)).as("stored, and then told").isEqualTo("active");
            clients.forEach(client -> assertThat(status(client)).isEqualTo("active"));
            assertThat(node.webhook(other, "error").statusCode()).isEqualTo(200);
            assertThat(status(bystander)).as("nothing of the other session").isEqualTo("error");
        }
    }

    @Test
    void s4_03_aBadOrOldSignatureChangesNothingAndIsJudgedBeforeTheBody() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS);
                Logged log = Logged.by("fanfare.security")) {
            ConnectNode.Invited session = node.begin();
            String body = ConnectNode.body("d", session, "active");
            long now = node.clock.millis();
            String good = node.signed(body, now);
            List<String> bad =
                    List.of(
                            "",
                            "nonsense",
                            good.substring(0, good.length() - 1) + "g",
                            "t=" + now / 1_000 + ",v1=" + "0".repeat(64),
                            node.signed(body + " ", now),
                            node.signed(body, now - 301_000),
                            node.signed(body, now + 301_000),
                            new WebhookSignature("another")
                                    .sign(body.getBytes(StandardCharsets.UTF_8), now));
            for (String signature : bad) {
                assertThat(node.webhook(body, signature).statusCode()).as(signature).isEqualTo(401);
            }
            assertThat(node.http.post("/api/webhooks/confirmd", body).statusCode()).isEqualTo(401);
            assertThat(node.webhook("not json", bad.get(1)).statusCode()).isEqualTo(401);
            assertThat(stored(session)).isEqualTo("pending");
            assertThat(log.lines())
                    .anyMatch(line ->
                            line.startsWith("event=bad_signature endpoint=connect remote="));
            assertThat(node.webhook("not json").statusCode()).isEqualTo(400);
            assertThat(node.webhook("{\"deliveryId\":\"d\"}").statusCode()).isEqualTo(400);
            assertThat(node.webhook(body, node.signed(body, now - 299_000)).statusCode())
                    .as("within the tolerance")
                    .isEqualTo(200);
        }
    }

    @Test
    void s4_03_aWebhookThatComesTwiceCountsOnce() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            ConnectNode.Invited session = node.begin();
            WebSocketClient client = node.watch(session);
            String body = ConnectNode.body("same", session, "active");
            assertThat(Http.json(node.webhook(body)).path("applied").asBoolean()).isTrue();
            HttpResponse<String> again = node.webhook(body);
            assertThat(again.statusCode()).isEqualTo(200);
            assertThat(Http.json(again).path("applied").asBoolean()).isFalse();
            assertThat(status(client)).isEqualTo("active");
            node.webhook(session, "completed");
            assertThat(status(client)).as("told of it once").isEqualTo("completed");
            assertThat(TestPostgres.ask("select count(*) from connect_delivery")).isEqualTo("2");
        }
    }

    @Test
    void s4_03_nothingOverridesCompleted() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            ConnectNode.Invited session = node.begin();
            WebSocketClient client = node.watch(session);
            node.webhook(session, "completed");
            assertThat(status(client)).isEqualTo("completed");
            HttpResponse<String> late = node.webhook(session, "active");
            assertThat(late.statusCode()).isEqualTo(200);
            assertThat(Http.json(late).path("applied").asBoolean()).isFalse();
            assertThat(stored(session)).isEqualTo("completed");
            stillAnswers(client);
            assertThat(client.waiting()).isEmpty();
        }
    }

    @Test
    void s4_03_aWebhookForNobodyIsNotFound() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            ConnectNode.Invited unknown = new ConnectNode.Invited("session-gone", "", "");
            assertThat(node.webhook(unknown, "active").statusCode()).isEqualTo(404);
            assertThat(TestPostgres.ask("select count(*) from connect_delivery")).isEqualTo("0");
        }
    }

    @Test
    void s4_03_webhooksThatComeTogetherReachClientsInTheOrderOfTheDatabase() throws Exception {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            for (int round = 0; round < 10; round++) {
                ConnectNode.Invited session = node.begin();
                WebSocketClient client = node.watch(session);
                Thread[] senders = new Thread[4];
                for (int i = 0; i < senders.length; i++) {
                    String body = ConnectNode.body(session.id() + i, session, "step-" + i);
                    senders[i] = Thread.ofVirtual().start(() -> node.webhook(body));
                }
                for (Thread sender : senders) {
                    sender.join();
                }
                String last = stored(session);
                stillAnswers(client);
                List<String> frames = client.waiting();
                assertThat(frames.getLast()).contains("\"" + last + "\"");
            }
        }
    }

    @Test
    void s4_04_theFrameIsFlatAndAnyStatusIsPassedThrough() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            ConnectNode.Invited session = node.begin();
            WebSocketClient client = node.watch(session);
            for (String passed : List.of("request-sent", "active", "completed")) {
                node.webhook(session, passed);
                JsonNode frame =
                        client.receivesJson(f -> f.path("status").asString().equals(passed));
                assertThat(new ArrayList<>(frame.propertyNames()))
                        .containsExactly("type", "sessionId", "status", "timestamp");
                assertThat(frame.path("sessionId").asString()).isEqualTo(session.id());
                assertThat(Instant.parse(frame.path("timestamp").asString()).toEpochMilli())
                        .isEqualTo(node.clock.millis());
                assertThat(Http.json(node.poll(session)))
                        .as("the same by polling")
                        .isEqualTo(frame);
            }
        }
    }

    @Test
    void s4_04_aSessionThatNobodyConnectsIsAbandoned() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            ConnectNode.Invited idle = node.begin();
            ConnectNode.Invited active = node.begin();
            ConnectNode.Invited completed = node.begin();
            node.webhook(active, "active");
            node.webhook(completed, "completed");
            TestPostgres.sql("update connect_session set expires_at = 'epoch'");
            WebSocketClient client = node.watch(idle);
            node.clock.advance(Duration.ofSeconds(5));
            assertThat(status(client)).isEqualTo("abandoned");
            assertThat(stored(idle)).isEqualTo("abandoned");
            assertThat(stored(active)).isEqualTo("active");
            assertThat(stored(completed)).isEqualTo("completed");
        }
    }

    @Test
    void s4_05_whoConnectsAfterTheChangeIsSentTheCurrentStatusAtOnce() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            ConnectNode.Invited session = node.begin();
            node.webhook(session, "active");
            assertThat(status(node.connect(session))).isEqualTo("active");
        }
    }

    @Test
    void s4_06_theClientIsToldWithoutWaitingForAnyTimer() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            ConnectNode.Invited session = node.begin();
            WebSocketClient client = node.watch(session);
            long before = node.clock.millis();
            node.webhook(session, "active");
            assertThat(status(client)).isEqualTo("active");
            assertThat(node.clock.millis()).as("no time has passed").isEqualTo(before);
        }
    }

    @Test
    void s4_07_aPingIsAnsweredInTheAppAndBelowIt() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            WebSocketClient client = node.watch(node.begin());
            stillAnswers(client);
            client.pings(new byte[] {7});
            assertThat(client.receivesPong()).containsExactly(7);
        }
    }

    @Test
    void s4_07_aSilentClientIsPingedEveryThirtySecondsAndADeadOneCleanedUp() {
        assertThat(ConnectNode.SETTINGS.pingInterval().toMillis()).isEqualTo(30_000);
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            ConnectNode.Invited session = node.begin();
            WebSocketClient alive = node.watch(session);
            WebSocketClient dead = node.watch(session).ignoresPings();
            long before = node.clock.millis();
            eventually(() -> {
                node.clock.advance(Duration.ofSeconds(1));
                assertThat(clients(node)).isEqualTo(1);
            });
            assertThat(node.clock.millis() - before)
                    .as("30 s of silence, and 10 s for the answer")
                    .isGreaterThanOrEqualTo(40_000);
            alive.receivesPing();
            dead.isClosedWith(4012);
            alive.isOpen();
        }
    }

    @Test
    void s4_08_theSixthClientOfASessionIsClosed() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            ConnectNode.Invited session = node.begin();
            List<WebSocketClient> five = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                five.add(node.watch(session));
            }
            assertThat(node.connect(session).isClosedWith(1008).reason())
                    .isEqualTo("Too many connections for this session");
            five.forEach(WebSocketClient::isOpen);
            node.watch(node.begin());
        }
    }

    @Test
    void s4_09_aBadTokenIsAcceptedAndThenClosed() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            ConnectNode.Invited session = node.begin();
            ConnectNode.Invited other = node.begin();
            for (String query :
                    List.of(
                            "?sessionId=" + session.id(),
                            "?sessionId=" + session.id() + "&token=wrong",
                            "?sessionId=" + session.id() + "&token=" + other.token(),
                            "?sessionId=session-gone&token=" + session.token())) {
                WebSocketClient client = node.connect(query);
                assertThat(client.isClosedWith(1008).reason()).as(query).isEqualTo("Invalid token");
                assertThat(client.waiting()).isEmpty();
            }
        }
    }

    @Test
    void s4_10_statisticsNameTheSessionsAndNeedTheKey() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            assertThat(node.http.get(STATS).statusCode()).isEqualTo(401);
            assertThat(node.http.get(STATS, "Authorization", "Bearer wrong").statusCode())
                    .isEqualTo(401);
            assertThat(node.http.get(STATS, ADMIN).body())
                    .isEqualTo(
                            "{\"totalConnections\":0,\"activeSessions\":[],\"sessionCounts\":[]}");
            ConnectNode.Invited session = node.begin();
            node.watch(session);
            node.watch(session);
            assertThat(node.http.get(STATS, ADMIN).body())
                    .isEqualTo(
                            "{\"totalConnections\":2,\"activeSessions\":[\"%s\"],\"sessionCounts\":[{\"sessionId\":\"%s\",\"clients\":2}]}"
                                    .formatted(session.id(), session.id()));
        }
    }

    @Test
    void s4_12_theStatusCanBePolledWithTheToken() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            ConnectNode.Invited session = node.begin();
            String path = "/api/connections/session/" + session.id();
            JsonNode polled = Http.json(node.poll(session));
            assertThat(polled.path("type").asString()).isEqualTo("status");
            assertThat(polled.path("status").asString()).isEqualTo("pending");
            assertThat(Http.json(node.http.get(path + "?token=" + session.token())))
                    .isEqualTo(polled);
            assertThat(node.http.get(path).statusCode()).isEqualTo(401);
            assertThat(node.http.get(path + "?token=wrong").statusCode()).isEqualTo(401);
            assertThat(node.http.get("/api/connections/session/x?token=y").statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void s4_15_theStartIsLoggedAsTheDocumentHasIt() {
        try (Logged log = Logged.by("dev.fanfare.apps.connect.ConnectApp");
                ConnectNode node =
                        new ConnectNode(ConnectNode.SETTINGS.publicUrl("http://localhost:3300"))) {
            assertThat(log.lines())
                    .containsExactly(
                            "> Ready on http://localhost:3300 with WebSocket support",
                            "✓ WebSocket server initialized",
                            "WebSocket server ready on /ws/connections");
            assertThat(node.port()).isPositive();
        }
    }

    @Test
    void k12_fiftyMalformedMessagesInARowAreEachAnsweredAndSurvived() {
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            WebSocketClient client = node.watch(node.begin());
            List<String> bad = List.of("{", "plain", "[]", "{\"type\":1}", "{\"type\":\"dance\"}");
            for (int i = 0; i < 50; i++) {
                client.sends(bad.get(i % bad.size()));
                client.receivesJson(frame -> frame.path("type").asString().equals("error"));
            }
            client.sends("{\"type\":\"" + "x".repeat(70_000) + "\"}");
            client.receivesJson(frame -> frame.path("code").asString().equals("message_too_large"));
            stillAnswers(client);
        }
    }

    @Test
    void theSimulatedScanGoesTheWayOfTheWebhook() {
        ConnectSettings demo = ConnectNode.SETTINGS.scan(ConnectSettings.Scan.SIMULATED);
        try (ConnectNode node = new ConnectNode(demo)) {
            ConnectNode.Invited session = node.begin();
            WebSocketClient client = node.watch(session);
            String scan = "{\"sessionId\":\"" + session.id() + "\",\"status\":\"active\"}";
            assertThat(node.http.post("/api/demo/scan", scan).statusCode()).isEqualTo(200);
            assertThat(status(client)).isEqualTo("active");
        }
        try (ConnectNode node = new ConnectNode(ConnectNode.SETTINGS)) {
            assertThat(node.http.post("/api/demo/scan", "{}").statusCode()).isEqualTo(404);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import static dev.fanfare.apps.kyc.KycNode.error;
import static dev.fanfare.apps.kyc.KycNode.status;
import static dev.fanfare.apps.kyc.KycNode.subscribes;
import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfare.apps.Logged;
import dev.fanfare.apps.TestPostgres;
import dev.fanfare.core.Limits;
import dev.fanfare.testkit.FaultProxy;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.HandshakeRefused;
import dev.fanfare.testkit.WebSocketClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/// The statements of the status server's document, each by its number.
@ExtendWith(TestPostgres.class)
class KycIT {
    private static void update(String user, String status, String level) {
        TestPostgres.sql(
                "update kyc_status set status = '%s', verification_level = '%s' where user_id = '%s'"
                        .formatted(status, level, user));
    }

    /// From when this returns, who commits has committed, and is not seen.
    private static void commitsWaitForAStandbyThatIsNotThere() {
        TestPostgres.sql("alter system set synchronous_standby_names = 'nobody'");
        TestPostgres.sql("select pg_reload_conf()");
        // Postgres reads its configuration a moment later; that a commit waits is the proof.
        AtomicBoolean seen = new AtomicBoolean();
        Thread.ofVirtual()
                .start(() -> {
                    while (!seen.get()) {
                        TestPostgres.sql("select pg_logical_emit_message(true, '', '')");
                    }
                });
        try {
            eventually(() ->
                    assertThat(
                                    TestPostgres.ask(
                                            "select count(*) from pg_stat_activity where wait_event = 'SyncRep'"))
                            .isEqualTo("1"));
        } finally {
            seen.set(true);
        }
    }

    private static void stillAnswers(WebSocketClient client) {
        subscribes(client, "bob")
                .receivesJson(frame ->
                        frame.path("data")
                                .path("verification_level")
                                .asString()
                                .equals("intermediate"));
    }

    @Test
    void s0_01_anUpgradeAtLiveIsAccepted() {
        try (KycNode node = new KycNode()) {
            stillAnswers(node.connect());
        }
    }

    @Test
    void s0_02_anUpgradeThatFailsIsAnsweredWith400AndLogged() {
        try (KycNode node = new KycNode();
                Logged log = Logged.by("dev.fanfare.server")) {
            assertThat(node.http.get("/live").statusCode()).isEqualTo(400);
            assertThat(node.http.post("/live", "").statusCode()).isEqualTo(400);
            eventually(() ->
                    assertThat(log.lines())
                            .filteredOn(line -> line.contains("an upgrade failed at kyc/live: 400"))
                            .hasSize(2));
        }
    }

    @Test
    void s0_03_aClientIsInThePoolWhileItIsConnected() {
        try (KycNode node = new KycNode()) {
            List<WebSocketClient> clients =
                    IntStream.range(0, 20).mapToObj(_ -> node.watches("alice")).toList();
            eventually(() -> assertThat(node.stats().path("clients").asInt()).isEqualTo(20));
            assertThat(node.stats().path("watches").asInt()).isEqualTo(20);
            assertThat(node.stats().path("watchedUsers").asInt()).isEqualTo(1);
            Set<String> ids = new HashSet<>();
            node.fanfare.sessions().forEach(session -> ids.add(session.id()));
            assertThat(ids).as("each has an id of its own").hasSize(20);
            clients.subList(0, 10).forEach(WebSocketClient::close);
            clients.subList(10, 20).forEach(WebSocketClient::reset);
            eventually(() -> {
                assertThat(node.stats().path("clients").asInt()).isZero();
                assertThat(node.stats().path("watches").asInt()).isZero();
                assertThat(node.fanfare.hub().counts().channels()).isZero();
            });
        }
    }

    @Test
    void s0_05_theCurrentStatusComesFirstAndThenEveryChange() {
        try (KycNode node = new KycNode()) {
            WebSocketClient client = subscribes(node.connect(), "alice");
            assertThat(status(client)).isEqualTo("pending/basic");
            update("alice", "verified", "basic");
            update("alice", "verified", "advanced");
            assertThat(status(client)).isEqualTo("verified/basic");
            assertThat(status(client)).isEqualTo("verified/advanced");
        }
    }

    @Test
    void s0_05_aCommitThatTheStreamTellsBeforeReadersSeeItIsNotLost() {
        try (KycNode node = new KycNode()) {
            WebSocketClient first = node.watches("alice");
            try {
                commitsWaitForAStandbyThatIsNotThere();
                Thread.ofVirtual().start(() -> update("alice", "rejected", "basic"));
                assertThat(status(first)).isEqualTo("rejected/basic");
                assertThat(
                                TestPostgres.ask(
                                        "select status from kyc_status where user_id = 'alice'"))
                        .as("what readers see")
                        .isEqualTo("pending");
                WebSocketClient second = subscribes(node.connect(), "alice");
                assertThat(status(second)).isEqualTo("rejected/basic");
            } finally {
                TestPostgres.sql("alter system reset synchronous_standby_names");
                TestPostgres.sql("select pg_reload_conf()");
            }
            eventually(() ->
                    assertThat(
                                    TestPostgres.ask(
                                            "select status from kyc_status where user_id = 'alice'"))
                            .isEqualTo("rejected"));
        }
    }

    @Test
    void s0_06_aStatusHasTheSameShapeAtFirstAndLater() {
        try (KycNode node = new KycNode()) {
            WebSocketClient client = subscribes(node.connect(), "alice");
            for (int i = 0; i < 2; i++) {
                JsonNode frame =
                        client.receivesJson(
                                each -> each.path("type").asString().equals("kyc_status"));
                assertThat(frame.propertyNames()).containsExactly("type", "data");
                assertThat(frame.path("data").propertyNames())
                        .containsExactly("user_id", "status", "verification_level", "timestamp");
                assertThat(frame.path("data").path("user_id").asString()).isEqualTo("alice");
                assertThat(frame.path("data").path("timestamp").asString())
                        .isEqualTo(
                                Instant.parse(frame.path("data").path("timestamp").asString())
                                        .toString())
                        .endsWith("Z");
                update("alice", "verified", "basic");
            }
        }
    }

    @Test
    void s0_07_aValueThatIsNotListedIsAnErrorAndNeverShown() {
        try (KycNode node = new KycNode()) {
            WebSocketClient client = node.watches("alice");
            update("alice", "unicorn", "basic");
            assertThat(error(client))
                    .contains("alice")
                    .contains("status")
                    .doesNotContain("unicorn");
            update("alice", "verified", "golden");
            assertThat(error(client)).contains("alice").contains("level").doesNotContain("golden");
            assertThat(error(subscribes(node.connect(), "alice"))).contains("alice");
            update("alice", "verified", "advanced");
            assertThat(status(client)).isEqualTo("verified/advanced");
        }
    }

    @Test
    void s0_09_whatIsNotValidIsAnsweredAndLoggedAndTheConnectionLives() {
        List<String> invalid =
                List.of(
                        "not json",
                        "{",
                        "[]",
                        "{}",
                        "{\"type\":5}",
                        "{\"type\":\"unknown\"}",
                        "{\"type\":\"subscribe\"}",
                        "{\"type\":\"subscribe\",\"userId\":null}",
                        "{\"type\":\"subscribe\",\"userId\":42}",
                        "{\"type\":\"subscribe\",\"userId\":{\"a\":1}}",
                        "{\"type\":\"subscribe\",\"userId\":[\"alice\"]}",
                        "{\"type\":\"subscribe\",\"userId\":\"\"}",
                        "{\"type\":\"subscribe\",\"userId\":\"a:b\"}",
                        "{\"type\":\"subscribe\",\"userId\":\"a b\"}",
                        "{\"type\":\"subscribe\",\"userId\":\"a..b\"}",
                        "{\"type\":\"subscribe\",\"userId\":\"\\u0000\"}",
                        "{\"type\":\"subscribe\",\"userId\":\"' or 1=1 --\"}",
                        "{\"type\":\"subscribe\",\"userId\":\"" + "x".repeat(201) + "\"}",
                        "{\"type\":\"subscribe\",\"user_id\":\"alice\"}",
                        "{\"type\":\"subscribe\",\"userId\":\"alice\",\"userId\":\"bob\"}");
        try (KycNode node = new KycNode();
                Logged log = Logged.by("dev.fanfare.apps.kyc.KycDialect")) {
            WebSocketClient client = node.connect();
            for (int i = 0; i < 60; i++) {
                String text = invalid.get(i % invalid.size());
                assertThat(error(client.sends(text))).as(text).isNotBlank();
            }
            assertThat(log.lines()).hasSize(60);
            assertThat(error(client.sends("\"" + "x".repeat(70_000) + "\""))).contains("65536");
            stillAnswers(client);
        }
    }

    @Test
    void s0_10_aChangeReachesEveryClientOfItsUserAndNoOther() {
        try (KycNode node = new KycNode()) {
            List<WebSocketClient> clients =
                    IntStream.range(0, 5).mapToObj(_ -> node.watches("alice")).toList();
            WebSocketClient bystander = node.watches("bob");
            WebSocketClient nobody = node.connect();
            update("alice", "verified", "advanced");
            clients.forEach(client -> assertThat(status(client)).isEqualTo("verified/advanced"));
            update("bob", "rejected", "basic");
            assertThat(status(bystander)).as("nothing of alice's").isEqualTo("rejected/basic");
            assertThat(nobody.waiting()).isEmpty();
        }
    }

    @Test
    void s0_11_whenTheDatabaseIsGoneClientsAreToldAndWhatTheyMissedFollows() {
        try (FaultProxy network = FaultProxy.to(TestPostgres.port());
                Logged log = Logged.by("dev.fanfare.apps.changes.ChangeFeed");
                KycNode node =
                        new KycNode(
                                new KycSettings.Identity.Claimed(),
                                network.port(),
                                settings -> settings)) {
            WebSocketClient client = node.watches("alice");
            network.refuse();
            network.cut();
            assertThat(error(client)).contains("database");
            assertThat(log.lines()).anyMatch(line -> line.contains("the database is gone"));
            update("alice", "verified", "basic");
            update("alice", "verified", "advanced");
            network.heal();
            assertThat(status(client)).isEqualTo("verified/basic");
            assertThat(status(client)).isEqualTo("verified/advanced");
            assertThat(log.lines()).anyMatch(line -> line.contains("the database is back"));
            client.isOpen();
        }
    }

    @Test
    void s0_11_whenChangesAreLostClientsAreToldAndSentTheStatusAnew() {
        try (KycNode node = new KycNode();
                Logged log = Logged.by("dev.fanfare.apps.changes.ChangeFeed")) {
            WebSocketClient client = node.watches("alice");
            String slot =
                    String.valueOf(
                            TestPostgres.ask(
                                    "select slot_name from pg_replication_slots where active"));
            // Until nobody holds it.
            eventually(() ->
                    TestPostgres.sql(
                            "select pg_terminate_backend(active_pid) from pg_replication_slots"
                                    + " where slot_name = '%1$s' and active;".formatted(slot)
                                    + "select pg_drop_replication_slot('%s')".formatted(slot)));
            update("alice", "rejected", "advanced");
            client.receivesJson(
                    "the lost change",
                    Duration.ofSeconds(15),
                    frame -> frame.toString().contains("rejected"));
            eventually(() ->
                    assertThat(log.lines()).anyMatch(line -> line.contains("changes are lost")));
            node.live();
            update("alice", "verified", "basic");
            client.receivesJson(frame -> frame.toString().contains("verified"));
        }
    }

    @Test
    void s0_12_aQueryThatFailsIsToldToItsClientOnlyAndTheServerGoesOn() {
        try (KycNode node = new KycNode();
                Logged log = Logged.by("dev.fanfare.apps.kyc.InitialStatus")) {
            WebSocketClient other = node.watches("alice");
            TestPostgres.sql("alter table kyc_status rename column updated_at to at");
            WebSocketClient client = subscribes(node.connect(), "alice");
            assertThat(error(client)).contains("alice").contains("could not be read");
            assertThat(log.lines()).anyMatch(line -> line.contains("could not be read"));
            TestPostgres.sql("alter table kyc_status rename column at to updated_at");
            update("alice", "verified", "basic");
            assertThat(status(client))
                    .as("changes are sent as they come")
                    .isEqualTo("verified/basic");
            assertThat(status(other)).isEqualTo("verified/basic");
            assertThat(other.waiting()).isEmpty();
            stillAnswers(client);
        }
    }

    @Test
    void s0_13_everyErrorThatAClientIsToldIsLogged() {
        try (KycNode node = new KycNode();
                Logged log = Logged.by("dev.fanfare.apps.kyc.KycDialect")) {
            WebSocketClient client = node.watches("alice");
            List<String> told = new ArrayList<>();
            told.add(error(client.sends("x")));
            told.add(error(subscribes(client, "nobody")));
            update("alice", "unicorn", "basic");
            told.add(error(client));
            TestPostgres.sql("delete from kyc_status where user_id = 'alice'");
            told.add(error(client));
            assertThat(log.lines())
                    .containsExactlyElementsOf(
                            told.stream().map(message -> "clients are told: " + message).toList());
        }
    }

    @Test
    void s0_14_tooManyMessagesAreRefusedAndTheConnectionLives() {
        try (KycNode node = new KycNode(settings -> settings.rate(new Limits.Rate(1, 3, 1_000)))) {
            WebSocketClient client = node.connect();
            for (int i = 0; i < 4; i++) {
                subscribes(client, "alice");
            }
            assertThat(error(client)).contains("1 a second");
            node.clock.advance(Duration.ofSeconds(2));
            stillAnswers(client);
        }
    }

    @Test
    void s0_14_connectionsOfAUserAndUsersOfAConnectionAreLimited() {
        try (KycNode node =
                new KycNode(settings -> settings.connectionsPerUser(2).usersPerConnection(2))) {
            WebSocketClient first = node.watches("alice");
            node.watches("alice");
            WebSocketClient third = subscribes(node.connect(), "alice");
            assertThat(error(third)).contains("at most 2 connections");
            stillAnswers(third);
            first.close();
            eventually(() -> assertThat(node.stats().path("watches").asInt()).isEqualTo(2));
            assertThat(status(subscribes(third, "alice"))).isEqualTo("pending/basic");
            assertThat(error(subscribes(third, "carol"))).contains("at most 2 users");
        }
    }

    @Test
    void s0_14_similarChangesAreCoalescedWhenThatIsWanted() {
        try (KycNode node = new KycNode(settings -> settings.coalesce(Duration.ofMillis(50)))) {
            WebSocketClient client = node.watches("alice");
            WebSocketClient other = node.watches("bob");
            update("alice", "rejected", "basic");
            update("bob", "pending", "basic");
            update("alice", "verified", "basic");
            update("alice", "verified", "advanced");
            eventually(() ->
                    assertThat(node.fanfare.hub().counts().published())
                            .as("nothing before its time")
                            .isZero());
            eventually(() -> {
                node.clock.advance(Duration.ofMillis(50));
                assertThat(client.waiting().toString()).contains("verified");
            });
            eventually(() -> assertThat(client.waiting().getLast()).contains("\"advanced\""));
            assertThat(status(other)).isEqualTo("pending/basic");
            assertThat(client.waiting().size()).isLessThanOrEqualTo(3);
            assertThat(client.waiting().getLast())
                    .startsWith("{\"type\":\"kyc_status\",\"data\":{");
        }
    }

    @Test
    void s0_16_aSecondSubscribeAddsAUserAndTheSameAgainResendsTheStatus() {
        try (KycNode node = new KycNode()) {
            WebSocketClient client = node.watches("alice");
            assertThat(status(subscribes(client, "bob"))).isEqualTo("verified/intermediate");
            assertThat(status(subscribes(client, "alice"))).isEqualTo("pending/basic");
            update("alice", "verified", "basic");
            update("bob", "rejected", "basic");
            assertThat(status(client)).isEqualTo("verified/basic");
            assertThat(status(client)).isEqualTo("rejected/basic");
            assertThat(client.waiting()).as("each once").isEmpty();
        }
    }

    @Test
    void s0_16_anUnknownUserIsAnErrorAndTheStatusIsSentOnceThereIsOne() {
        try (KycNode node = new KycNode()) {
            WebSocketClient client = subscribes(node.connect(), "dave");
            assertThat(error(client)).contains("dave");
            TestPostgres.sql(
                    "insert into kyc_status (user_id, status, verification_level)"
                            + " values ('dave', 'pending', 'basic')");
            assertThat(status(client)).isEqualTo("pending/basic");
        }
    }

    @Test
    void s0_16_aRowThatIsGoneIsAnErrorThatNamesIt() {
        try (KycNode node = new KycNode()) {
            WebSocketClient client = node.watches("alice");
            TestPostgres.sql("delete from kyc_status where user_id = 'alice'");
            assertThat(error(client)).contains("alice").contains("deleted");
            TestPostgres.sql("insert into kyc_status values ('alice', 'pending', 'advanced')");
            assertThat(status(client)).isEqualTo("pending/advanced");
            TestPostgres.sql("update kyc_status set user_id = 'eve' where user_id = 'alice'");
            assertThat(error(client)).contains("alice").contains("deleted");
            assertThat(status(subscribes(client, "eve"))).isEqualTo("pending/advanced");
            TestPostgres.sql("truncate kyc_status");
            List<String> named = new ArrayList<>();
            named.add(error(client));
            named.add(error(client));
            assertThat(named).anyMatch(message -> message.contains("alice"));
            assertThat(named).anyMatch(message -> message.contains("eve"));
        }
    }

    @Test
    void s0_16_theTimestampIsTheRowsOwn() {
        try (KycNode node = new KycNode()) {
            WebSocketClient client = node.watches("alice");
            TestPostgres.sql(
                    "update kyc_status set updated_at = '2026-01-02 03:04:05.678+02'"
                            + " where user_id = 'alice'");
            JsonNode pushed = client.receivesJson(frame -> frame.has("data"));
            assertThat(pushed.path("data").path("timestamp").asString())
                    .isEqualTo("2026-01-02T01:04:05.678Z");
            assertThat(subscribes(client, "alice").receivesJson(frame -> frame.has("data")))
                    .as("at first as later")
                    .isEqualTo(pushed);
        }
    }

    @Test
    void s0_17_thePoolOfDatabaseConnectionsIsReusedAndBounded() {
        try (KycNode node = new KycNode()) {
            WebSocketClient client = node.watches("alice");
            for (int i = 0; i < 150; i++) {
                subscribes(client, "alice");
            }
            for (int i = 0; i < 150; i++) {
                status(client);
            }
            assertThat(node.stats().path("database").path("connections").asInt()).isBetween(1, 8);
            assertThat(node.stats().path("database").path("waiting").asInt()).isZero();
        }
    }

    @Test
    void whereTheDatabaseIsIsToldInADemonstrationOnly() {
        try (KycNode node = new KycNode()) {
            assertThat(node.stats().path("database").has("address")).isFalse();
        }
        try (KycNode node = new KycNode(told -> told.address(KycSettings.Address.TOLD))) {
            assertThat(node.stats().path("database").path("address").asString())
                    .isEqualTo(
                            "postgresql://postgres@127.0.0.1:%d/postgres"
                                    .formatted(TestPostgres.port()));
        }
    }

    @Test
    void k4_withoutVerificationTheServerWarnsAtItsStart() {
        try (Logged log = Logged.by("dev.fanfare.apps.kyc.KycApp");
                KycNode node = new KycNode()) {
            assertThat(log.lines()).anyMatch(line -> line.contains("development only"));
            stillAnswers(node.connect());
        }
    }

    @Test
    void k4_whoIsVerifiedWatchesNobodyElse() {
        try (KycNode node = KycNode.verified()) {
            Handshake alice = Handshake.PLAIN.subprotocol("kyc, bearer." + KycNode.token("alice"));
            WebSocketClient client = node.connect(alice);
            assertThat(client.handshakeHeaders()).containsEntry("sec-websocket-protocol", "kyc");
            assertThat(error(subscribes(client, "bob"))).contains("token");
            assertThat(status(subscribes(client, "alice"))).isEqualTo("pending/basic");
            update("alice", "verified", "basic");
            assertThat(status(client)).isEqualTo("verified/basic");
            assertThat(
                            status(
                                    subscribes(
                                            node.connect(
                                                    Handshake.PLAIN.bearer(KycNode.token("bob"))),
                                            "bob")))
                    .isEqualTo("verified/intermediate");
        }
    }

    @Test
    void k3_whoHasNoValidTokenIsNotUpgraded() {
        try (KycNode node = KycNode.verified();
                Logged log = Logged.by("dev.fanfare.apps.kyc.TokenGate")) {
            for (Handshake handshake :
                    List.of(
                            Handshake.PLAIN,
                            Handshake.PLAIN.subprotocol("kyc"),
                            Handshake.PLAIN.subprotocol("bearer.x.y.z"),
                            Handshake.PLAIN.bearer("x"))) {
                HandshakeRefused refused =
                        catchThrowableOfType(HandshakeRefused.class, () -> node.connect(handshake));
                assertThat(refused).as(handshake.toString()).isNotNull();
                assertThat(refused.status()).isEqualTo(400);
            }
            assertThat(log.lines()).hasSize(4);
        }
    }

    @Test
    void k7_aWebSocketPingIsAnswered() {
        try (KycNode node = new KycNode()) {
            WebSocketClient client = node.connect();
            byte[] payload = "hello".getBytes(StandardCharsets.UTF_8);
            assertThat(client.pings(payload).receivesPong()).isEqualTo(payload);
        }
    }

    @Test
    void k11_thePageOfAnotherOriginIsRefused() {
        try (KycNode node = new KycNode()) {
            assertThat(
                            catchThrowableOfType(
                                            HandshakeRefused.class,
                                            () ->
                                                    node.connect(
                                                            Handshake.PLAIN.origin(
                                                                    "https://evil.example")))
                                    .status())
                    .isEqualTo(403);
            stillAnswers(node.connect(Handshake.PLAIN.origin("http://127.0.0.1:" + node.port())));
        }
    }

    @Test
    void s0_17_whatTheSourceDoesIsAmongTheMetrics() {
        try (KycNode node = new KycNode();
                dev.fanfare.apps.Http main = new dev.fanfare.apps.Http(node.fanfare.port())) {
            WebSocketClient client = node.watches("alice");
            update("alice", "verified", "basic");
            status(client);
            assertThat(main.get("/metrics").body())
                    .contains("fanfare_source_changes_total{source=\"kyc\"} 1.0")
                    .contains("fanfare_source_gaps_total{source=\"kyc\"} 0.0");
            assertThat(main.get("/ready").body()).contains("\"source-kyc\":true");
        }
    }
}

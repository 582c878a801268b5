// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.apps.Logged;
import dev.fanfare.server.http.Origins;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.WebSocketClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The statements of the wallet's document that are Socket.IO's, literally as they are on the wire.
class WalletSocketIoIT {
    private static final String ADA = "ada";
    private static final String BALANCE = "balance:" + WalletNode.ADDRESS;
    private static final String OPEN =
            "0\\{\"sid\":\"[\\w-]+\",\"upgrades\":%s,\"pingInterval\":25000,"
                    + "\"pingTimeout\":20000,\"maxPayload\":1000000}";

    /// An Engine.IO connection that has said what it is.
    private static WebSocketClient open(WalletNode node, String query) {
        WebSocketClient client =
                node.connect("/?EIO=4&transport=websocket" + query, Handshake.PLAIN);
        assertThat(client.receivesText()).matches(OPEN.formatted("\\[\\]"));
        return client;
    }

    private static WebSocketClient enter(WalletNode node) {
        WebSocketClient client = open(node, "&token=" + node.token(ADA));
        client.sends("40/ws,");
        assertThat(client.receivesText()).matches("40/ws,\\{\"sid\":\"[\\w-]+\".*}");
        return client;
    }

    private static String ask(WebSocketClient client, String packet) {
        client.sends(packet);
        return client.receivesText();
    }

    private static String polling(String query) {
        return "/ws/?EIO=4&transport=polling" + query;
    }

    @Test
    void s1_01_theHandshakeIsThatOfEngineIoAndTheNamespaceIsWs() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient client = enter(node);
            node.clock.advance(Duration.ofSeconds(25));
            assertThat(client.receivesText()).isEqualTo("2");
            client.sends("3");
            node.clock.advance(Duration.ofSeconds(24));
            assertThat(ask(client, "42/ws,1[\"ping\"]")).startsWith("43/ws,1[");
        }
    }

    @Test
    void s1_01_pollingAnswersAPostWithOk() {
        try (WalletNode node = new WalletNode()) {
            String token = "&token=" + node.token(ADA);
            String opened = node.http.get(polling(token)).body();
            assertThat(opened).matches(OPEN.formatted("\\[\"websocket\"\\]"));
            String sid = token + "&sid=" + opened.replaceAll(".*\"sid\":\"([^\"]+)\".*", "$1");
            HttpResponse<String> posted = node.http.post(polling(sid), "40/ws,");
            assertThat(posted.statusCode()).isEqualTo(200);
            assertThat(posted.body()).isEqualTo("ok");
            assertThat(node.http.get(polling(sid)).body())
                    .matches("40/ws,\\{\"sid\":\"[\\w-]+\".*}");
        }
    }

    @Test
    void s1_01_whatIsNoHandshakeIsABadRequest() {
        try (WalletNode node = new WalletNode()) {
            for (String query :
                    List.of(
                            "?EIO=4",
                            "?transport=polling",
                            "?EIO=3&transport=polling",
                            "?EIO=4&transport=carrier-pigeon",
                            "?EIO=4&transport=polling&sid=unknown")) {
                assertThat(node.http.get("/ws/" + query).statusCode()).as(query).isEqualTo(400);
            }
        }
    }

    @Test
    void s1_02_anAllowedOriginIsReflectedAndNeverAStar() {
        WalletSettings settings = WalletNode.SETTINGS.origins(Origins.of("https://wallet.example"));
        try (WalletNode node = new WalletNode(settings)) {
            HttpResponse<String> ours =
                    node.http.get(polling(""), "Origin", "https://wallet.example");
            assertThat(ours.statusCode()).isEqualTo(200);
            assertThat(ours.headers().firstValue("access-control-allow-origin"))
                    .contains("https://wallet.example");
            assertThat(ours.headers().firstValue("access-control-allow-credentials"))
                    .contains("true");
            HttpResponse<String> evil =
                    node.http.get(polling(""), "Origin", "https://evil.example");
            assertThat(evil.statusCode()).isEqualTo(403);
            assertThat(evil.headers().firstValue("access-control-allow-origin")).isEmpty();
        }
    }

    @Test
    void s1_03_whoHasNoTokenIsDisconnectedByTheServerAndTheLogSaysSo() {
        try (WalletNode node = new WalletNode();
                Logged log = Logged.by("ROOT")) {
            String forged = node.token(ADA).replaceAll("..$", "AA");
            for (String query :
                    List.of(
                            "",
                            "&token=" + forged,
                            "&token=" + node.token(ADA, Duration.ofHours(-1)))) {
                WebSocketClient client = open(node, query);
                client.sends("40/ws,");
                assertThat(client.receivesText()).matches("40/ws,\\{\"sid\":\"[\\w-]+\".*}");
                assertThat(client.receivesText()).as(query).isEqualTo("41/ws,");
            }
            eventually(() ->
                    assertThat(log.lines())
                            .filteredOn(line ->
                                    line.matches(
                                            "Client \\S+ disconnected: No token" + " provided"))
                            .hasSize(1));
            assertThat(log.lines()).noneMatch(line -> line.contains(forged));
        }
    }

    @Test
    void s1_05_nothingIsDoneForWhoHasNoToken() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient client = open(node, "");
            client.sends("40/ws,").sends("42/ws,0[\"subscribe\",{\"channel\":\"token:price\"}]");
            assertThat(client.receivesText()).startsWith("40/ws,");
            assertThat(client.receivesText()).isEqualTo("41/ws,");
            assertThat(node.fanfare.hub().channels()).isEmpty();
        }
    }

    @Test
    void s1_06_aSubscribeIsAnsweredByItsAck() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient client = enter(node);
            assertThat(ask(client, "42/ws,7[\"subscribe\",{\"channel\":\"" + BALANCE + "\"}]"))
                    .isEqualTo("43/ws,7[{\"success\":true}]");
            assertThat(ask(client, "42/ws,8[\"unsubscribe\",{\"channel\":\"" + BALANCE + "\"}]"))
                    .isEqualTo("43/ws,8[{\"success\":true}]");
        }
    }

    @Test
    void s1_07_aRefusalIsTheAckToo() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient client = enter(node);
            for (String body :
                    List.of("{\"channel\":\"balance:0xg\"}", "{}", "7", "\"x\"", "null", "[]")) {
                assertThat(ask(client, "42/ws,0[\"subscribe\"," + body + "]"))
                        .isEqualTo("43/ws,0[{\"success\":false,\"error\":\"invalid\"}]");
            }
            assertThat(ask(client, "42/ws,1[\"subscribe\",{\"channel\":\"nft:0xabd\"}]"))
                    .isEqualTo("43/ws,1[{\"success\":false,\"error\":\"unauthorized\"}]");
            assertThat(ask(client, "42/ws,2[\"dance\"]"))
                    .startsWith("43/ws,2[{\"success\":false,\"error\":\"invalid\"");
            assertThat(ask(client, "42/ws,3[\"subscribe\"]"))
                    .isEqualTo("43/ws,3[{\"success\":false,\"error\":\"invalid\"}]");
        }
    }

    @Test
    void s1_08_aPublicationIsTheEventOfItsTypeWithTheEnvelope() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient client = enter(node);
            ask(client, "42/ws,0[\"subscribe\",{\"channel\":\"" + BALANCE + "\"}]");
            node.publish(BALANCE, "{\"balance\":\"1.50\"}");
            assertThat(client.receivesText())
                    .startsWith(
                            "42/ws,[\"%s\",{\"type\":\"%s\",\"payload\":{\"balance\":\"1.50\"},\"timestamp\":%d}"
                                    .formatted(BALANCE, BALANCE, node.clock.millis()));
        }
    }

    @Test
    void s1_11_aPingIsAnsweredByItsAck() {
        try (WalletNode node = new WalletNode()) {
            assertThat(ask(enter(node), "42/ws,0[\"ping\"]"))
                    .isEqualTo(
                            "43/ws,0[{\"type\":\"pong\",\"timestamp\":"
                                    + node.clock.millis()
                                    + "}]");
        }
    }

    @Test
    void s1_13_aSubscribeWithATimestampIsAnsweredOnce() {
        try (WalletNode node = new WalletNode()) {
            node.publish(BALANCE, "1");
            long first = node.clock.millis();
            node.publish(BALANCE, "2");
            WebSocketClient client = enter(node);
            assertThat(
                            ask(
                                    client,
                                    "42/ws,0[\"subscribe\",{\"channel\":\"%s\",\"since\":%d}]"
                                            .formatted(BALANCE, first)))
                    .isEqualTo("43/ws,0[{\"success\":true,\"recovered\":true}]");
            assertThat(client.receivesText()).contains("\"payload\":2");
            assertThat(ask(client, "42/ws,1[\"ping\"]")).startsWith("43/ws,1[");
        }
    }

    @Test
    void s1_13_whatWasMissedComesByConnectionStateRecovery() {
        try (WalletNode node = new WalletNode()) {
            WebSocketClient client = open(node, "&token=" + node.token(ADA));
            String welcome = ask(client, "40/ws,");
            ask(client, "42/ws,0[\"subscribe\",{\"channel\":\"" + BALANCE + "\"}]");
            ask(client, "42/ws,1[\"subscribe\",{\"channel\":\"notifications\"}]");
            node.publish(BALANCE, "1");
            String offset = client.receivesText().replaceAll(".*,(\"[^\"]+\")]$", "$1");
            client.close();
            node.publish(BALANCE, "2");
            node.publish(BALANCE, "3");
            eventually(() -> assertThat(node.fanfare.user(ADA).sessions()).isEmpty());
            node.send(ADA, "told", "4");
            WebSocketClient again = open(node, "&token=" + node.token(ADA));
            String pid = welcome.replaceAll(".*\"pid\":(\"[^\"]+\").*", "$1");
            assertThat(ask(again, "40/ws,{\"pid\":" + pid + ",\"offset\":" + offset + "}"))
                    .isEqualTo(welcome);
            for (int payload = 2; payload <= 4; payload++) {
                assertThat(again.receivesText()).contains("\"payload\":" + payload);
            }
            node.publish(BALANCE, "5");
            assertThat(again.receivesText()).contains("\"payload\":5");
            assertThat(again.waiting()).isEmpty();
        }
    }
}

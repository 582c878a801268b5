// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.apps.Http;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.WebSocketClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What the page does in a demonstration.
class GuestsIT {
    private static JsonNode enter(WalletNode node) {
        HttpResponse<String> answer = node.http.post("/api/demo/guest", "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Http.json(answer);
    }

    private static int happen(WalletNode node, String token, String kind) {
        return node.http
                .post(
                        "/api/demo/events",
                        "{\"kind\":\"" + kind + "\"}",
                        "Authorization",
                        "Bearer " + token)
                .statusCode();
    }

    @Test
    void aGuestHasAWalletToWhichThingsHappen() {
        try (WalletNode node = WalletNode.withGuests()) {
            JsonNode guest = enter(node);
            String token = guest.path("token").asString();
            String balance = "balance:" + guest.path("address").asString();
            WebSocketClient page = node.enterWith(token);
            node.subscribe(page, balance);
            node.subscribe(page, "nft:" + guest.path("address").asString());
            node.subscribe(page, "staking:" + guest.path("position").asString());
            assertThat(happen(node, token, "transfer")).isEqualTo(204);
            JsonNode moved =
                    page.receivesJson(frame -> frame.path("type").asString().equals(balance));
            assertThat(moved.at("/payload/balance").asDouble())
                    .isEqualTo(guest.path("balance").asDouble() + 25.5);
            assertThat(happen(node, token, "nft")).isEqualTo(204);
            page.receivesJson(frame -> frame.at("/payload/tokenId").asInt() == 1);
            assertThat(happen(node, token, "reward")).isEqualTo(204);
            page.receivesJson(frame -> frame.at("/payload/rewards").asDouble() == 0.15);
            assertThat(happen(node, token, "windfall")).isEqualTo(400);
        }
    }

    @Test
    void aGuestWhoComesBackIsTheSameAndAnotherIsAnother() {
        try (WalletNode node = WalletNode.withGuests()) {
            JsonNode first = enter(node);
            String token = first.path("token").asString();
            assertThat(happen(node, token, "transfer")).isEqualTo(204);
            JsonNode again =
                    Http.json(
                            node.http.post(
                                    "/api/demo/guest", "", "Authorization", "Bearer " + token));
            assertThat(again.path("user")).isEqualTo(first.path("user"));
            assertThat(again.path("balance").asDouble()).isEqualTo(1_225.5);
            assertThat(enter(node).path("user")).isNotEqualTo(first.path("user"));
        }
    }

    @Test
    void onlyAGuestMayLetThingsHappenAndOnlyADemonstrationHasGuests() {
        try (WalletNode node = WalletNode.withGuests()) {
            assertThat(happen(node, node.token("ada"), "transfer")).isEqualTo(401);
            assertThat(happen(node, "forged", "transfer")).isEqualTo(401);
        }
        try (WalletNode node = new WalletNode()) {
            assertThat(node.http.post("/api/demo/guest", "").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void thePriceWandersWhileAGuestLooksOn() {
        try (WalletNode node = WalletNode.withGuests()) {
            WebSocketClient ada = node.enter("ada");
            node.subscribe(ada, "token:price");
            node.clock.advance(Duration.ofSeconds(10));
            node.ask(ada, "{\"type\":\"ping\"}");
            assertThat(ada.waiting()).as("nobody looks on").isEmpty();
            WebSocketClient guest =
                    node.connect("?token=" + enter(node).path("token").asString(), Handshake.PLAIN);
            node.subscribe(guest, "token:price");
            eventually(() -> {
                node.clock.advance(Duration.ofSeconds(1));
                assertThat(guest.waiting()).anyMatch(frame -> frame.contains("token:price"));
            });
        }
    }
}

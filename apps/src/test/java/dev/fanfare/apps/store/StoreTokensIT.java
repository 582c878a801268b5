// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.apps.Logged;
import dev.fanfare.apps.TestPostgres;
import dev.fanfare.apps.store.StoreSettings.Identity;
import dev.fanfare.apps.store.StoreSettings.Stores;
import dev.fanfare.server.JwtAuthenticator;
import dev.fanfare.server.JwtPolicy;
import dev.fanfare.server.Tokens;
import dev.fanfare.testkit.ManualClock;
import dev.fanfare.testkit.WebSocketClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/// The store where clients have to show who they are.
@ExtendWith(TestPostgres.class)
class StoreTokensIT {
    private static final JwtPolicy POLICY = JwtPolicy.of("a-secret-that-has-32-bytes-or-more!!");
    private static final Duration HOUR = Duration.ofHours(1);

    private static StoreNode node(Stores stores) {
        JwtAuthenticator tokens = new JwtAuthenticator(POLICY, new ManualClock());
        return new StoreNode(StoreNode.SETTINGS.identity(new Identity.Verified(tokens, stores)));
    }

    private static String token(StoreNode node, String user, Map<String, ?> claims) {
        return new Tokens(POLICY, node.clock).issue(user, HOUR, claims);
    }

    private static String authenticate(String user, String store, String token) {
        return StoreNode.authenticate(Map.of("userId", user, "storeId", store, "token", token));
    }

    private static int status(StoreNode node, String path, String token) {
        return node.http.get(path, "Authorization", "Bearer " + token).statusCode();
    }

    private static void refused(WebSocketClient client, String message, String code) {
        client.sends(message);
        JsonNode error =
                client.receivesJson(
                        "an error",
                        WebSocketClient.PATIENCE,
                        frame -> frame.path("type").asString().equals("error"));
        assertThat(error.path("code").asString()).as(message).isEqualTo(code);
    }

    @Test
    void s3_03_theTokensUserIsLetInAndNobodyElse() {
        try (StoreNode node = node(Stores.LISTED);
                Logged log = Logged.by("fanfare.security")) {
            WebSocketClient client = node.connect();
            String token = token(node, "ada", Map.of("stores", List.of("bakery", "cafe")));
            refused(client, authenticate("bob", "bakery", token), "permission_denied");
            refused(client, authenticate("ada", "butcher", token), "permission_denied");
            refused(client, authenticate("ada", "bakery", token + "x"), "invalid_token");
            refused(
                    client,
                    StoreNode.authenticate(Map.of("userId", "ada", "storeId", "bakery")),
                    "invalid_token");
            assertThat(node.fanfare.hub().user("store:bob").sessions()).isEmpty();
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("the token is another user's"))
                    .noneMatch(line -> line.contains(token));
            client.sends(authenticate("ada", "bakery", token));
            StoreNode.acknowledged(client);
            node.newOrder("bakery");
            client.receivesJson(frame -> frame.path("type").asString().equals("order_created"));
        }
    }

    @Test
    void s3_04_whoWasRefusedStaysConnectedAndHearsNothing() {
        try (StoreNode node = node(Stores.LISTED)) {
            WebSocketClient eve = node.connect();
            String token = token(node, "eve", Map.of("stores", "cafe"));
            refused(eve, authenticate("eve", "bakery", token), "permission_denied");
            refused(eve, authenticate("ada", "cafe", token), "permission_denied");
            node.newOrder("bakery");
            node.patch("/users/ada/profile", "{\"firstName\":\"Ada\"}");
            eve.sends("{\"type\":\"ping\"}");
            eve.receivesJson(frame -> frame.path("type").asString().equals("pong"));
            assertThat(eve.waiting())
                    .noneMatch(frame -> frame.contains("order") || frame.contains("profile"));
        }
    }

    @Test
    void s3_03_aTokenThatNamesNoStoreOpensNoneUnlessASettingSaysAny() {
        try (StoreNode node = node(Stores.LISTED)) {
            refused(
                    node.connect(),
                    authenticate("ada", "bakery", token(node, "ada", Map.of())),
                    "permission_denied");
        }
        try (StoreNode node = node(Stores.ANY_UNLESS_LISTED)) {
            WebSocketClient ada = node.connect();
            ada.sends(authenticate("ada", "bakery", token(node, "ada", Map.of())));
            StoreNode.acknowledged(ada);
            refused(
                    node.connect(),
                    authenticate("bob", "bakery", token(node, "bob", Map.of("stores", "cafe"))),
                    "permission_denied");
        }
    }

    @Test
    void s3_03_onlyATokenThatOpensTheStoreReadsWhatItHas() {
        try (StoreNode node = node(Stores.LISTED)) {
            String orders = "/api/v1/stores/bakery/orders";
            String opens = token(node, "ada", Map.of("stores", "bakery"));
            String another = token(node, "ada", Map.of("stores", "cafe"));
            assertThat(node.http.get(orders).statusCode()).isEqualTo(401);
            assertThat(status(node, orders, another)).isEqualTo(401);
            assertThat(status(node, orders, opens)).isEqualTo(200);
        }
    }

    @Test
    void s3_03_aConnectionEndsWithItsTokenUnlessThatIsRenewed() {
        try (StoreNode node = node(Stores.LISTED)) {
            WebSocketClient left = node.connect();
            WebSocketClient renewed = node.connect();
            for (WebSocketClient client : List.of(left, renewed)) {
                client.sends(
                        authenticate(
                                "ada",
                                "bakery",
                                new Tokens(POLICY, node.clock)
                                        .issue(
                                                "ada",
                                                Duration.ofSeconds(60),
                                                Map.of("stores", "bakery"))));
                StoreNode.acknowledged(client);
            }
            renewed.sends(
                    authenticate("ada", "cafe", token(node, "ada", Map.of("stores", "cafe"))));
            JsonNode error =
                    renewed.receivesJson(frame -> frame.path("type").asString().equals("error"));
            assertThat(error.path("message").asString())
                    .as("the new token does not open the first store")
                    .contains("not permit");
            StoreNode.acknowledged(renewed);
            for (int i = 0; i < 8; i++) {
                node.pass(Duration.ofSeconds(10));
                for (WebSocketClient client : List.of(left, renewed)) {
                    if (i < 6) {
                        client.sends("{\"type\":\"ping\"}");
                        client.receivesJson(frame -> frame.path("type").asString().equals("pong"));
                    }
                }
            }
            left.isClosedWith(4005);
            renewed.sends("{\"type\":\"ping\"}");
            renewed.receivesJson(frame -> frame.path("type").asString().equals("pong"));
            node.newOrder("bakery");
            node.newOrder("cafe");
            JsonNode order =
                    renewed.receivesJson(
                            frame -> frame.path("type").asString().equals("order_created"));
            assertThat(order.path("storeId").asString()).isEqualTo("cafe");
        }
    }

    @Test
    void s3_03_aChangeNeedsTheKeyWhereThereIsOne() {
        StoreSettings keyed =
                StoreSettings.of(new Identity.Claimed(), "the-key-of-this-test").port(0);
        try (StoreNode node = new StoreNode(keyed)) {
            String path = "/api/v1/stores/bakery";
            assertThat(node.http.patch(path, "{\"name\":\"x\"}").statusCode()).isEqualTo(401);
            assertThat(
                            node.http
                                    .patch(path, "{\"name\":\"x\"}", "Authorization", "Bearer no")
                                    .statusCode())
                    .isEqualTo(401);
            assertThat(
                            node.http
                                    .patch(
                                            path,
                                            "{\"name\":\"x\"}",
                                            "Authorization",
                                            "Bearer the-key-of-this-test")
                                    .statusCode())
                    .isEqualTo(200);
            assertThat(node.http.get("/api/v1/websocket/stats").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void s3_03_believingWhatClientsSayIsWarnedOfAtTheStart() {
        try (Logged log = Logged.by(StoreApp.class.getName())) {
            new StoreNode(StoreNode.SETTINGS).close();
            assertThat(log.lines()).anyMatch(line -> line.contains("believes its clients"));
        }
        try (Logged log = Logged.by(StoreApp.class.getName())) {
            node(Stores.LISTED).close();
            assertThat(log.lines()).noneMatch(line -> line.contains("believes its clients"));
        }
    }
}

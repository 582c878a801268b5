// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariDataSource;
import dev.fanfare.apps.Database;
import dev.fanfare.apps.Http;
import dev.fanfare.apps.Logged;
import dev.fanfare.apps.TestPostgres;
import dev.fanfare.server.http.Origins;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.HandshakeRefused;
import dev.fanfare.testkit.WebSocketClient;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The statements of the store's document, each by its number.
@ExtendWith(TestPostgres.class)
class StoreIT {
    private static final String STATS = "/api/v1/websocket/stats";
    private static final String HEALTH = "/api/v1/websocket/health";

    private static JsonNode next(WebSocketClient client, String type) {
        return client.receivesJson(
                "a " + type,
                WebSocketClient.PATIENCE,
                frame -> frame.path("type").asString().equals(type));
    }

    private static List<String> names(JsonNode object) {
        return new ArrayList<>(object.propertyNames());
    }

    /// Nothing of these types has come, now that everything sent before has been answered.
    private static void heardNothingOf(WebSocketClient client, String... types) {
        client.sends("{\"type\":\"ping\"}");
        next(client, "pong");
        assertThat(client.waiting())
                .noneMatch(frame -> Arrays.stream(types).anyMatch(type -> frame.contains(type)));
    }

    @Test
    void s3_01_everyFrameHasTheEnvelopeAndNoMoreIdsThanApply() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient ada = node.connect();
            JsonNode welcome = JsonMapper.shared().readTree(ada.receivesText());
            assertThat(names(welcome)).containsExactly("type", "data", "timestamp", "sessionId");
            JsonNode entered = StoreNode.authenticate(ada, "ada", "bakery");
            assertThat(names(entered))
                    .containsExactly("type", "data", "timestamp", "userId", "storeId", "sessionId");
            assertThat(entered.path("userId").asString()).isEqualTo("ada");
            assertThat(entered.path("storeId").asString()).isEqualTo("bakery");
            node.newOrder("bakery");
            JsonNode order = next(ada, "order_created");
            assertThat(names(order)).containsExactly("type", "data", "timestamp", "storeId");
            assertThat(order.path("storeId").asString()).isEqualTo("bakery");
            node.patch("/users/ada/profile", "{\"email\":\"ada@example.org\"}");
            JsonNode profile = next(ada, "profile_updated");
            assertThat(names(profile)).containsExactly("type", "data", "timestamp", "userId");
            ada.sends("{\"type\":\"ping\"}");
            assertThat(names(next(ada, "pong"))).containsExactly("type", "data", "timestamp");
            ada.sends("{}");
            assertThat(names(next(ada, "error"))).contains("type", "data", "timestamp", "message");
        }
    }

    @Test
    void s3_01_theTimestampIsTheTimeOfTheAppend() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient ada = node.enter("ada", "bakery");
            node.clock.advance(Duration.ofMillis(1_234));
            long appended = node.clock.millis();
            node.newOrder("bakery");
            JsonNode order = next(ada, "order_created");
            assertThat(order.path("timestamp").isString()).isTrue();
            assertThat(Instant.parse(order.path("timestamp").asString()).toEpochMilli())
                    .isEqualTo(appended);
        }
    }

    @Test
    void s3_02_thereAreTwelveTypesInLowerSnakeCase() {
        assertThat(Arrays.stream(StoreEvent.values()).map(StoreEvent::name))
                .containsExactly(
                        "PROFILE_UPDATED",
                        "USER_JOINED",
                        "USER_LEFT",
                        "ORDER_CREATED",
                        "ORDER_UPDATED",
                        "ORDER_STATUS_CHANGED",
                        "CUSTOMER_CREATED",
                        "CUSTOMER_UPDATED",
                        "STORE_UPDATED",
                        "PRODUCT_UPDATED",
                        "CATEGORY_UPDATED",
                        "GENERAL_NOTIFICATION");
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            everyTypeArrives(node, String::toLowerCase);
        }
    }

    @Test
    void s3_02_aSettingWritesThemInUpperCase() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS.casing(StoreEvent.Casing.UPPER))) {
            everyTypeArrives(node, String::toUpperCase);
        }
    }

    private interface Casing {
        String of(String name, java.util.Locale locale);
    }

    private static void everyTypeArrives(StoreNode node, Casing casing) {
        WebSocketClient ada = node.enter("ada", "bakery");
        WebSocketClient bob = node.enter("bob", "bakery");
        String order = node.newOrder("bakery").path("orderNumber").asString();
        node.patch("/stores/bakery/orders/" + order, "{\"status\":\"preparing\"}");
        String customer =
                node.post("/stores/bakery/customers", "{\"customerName\":\"John Doe\"}")
                        .path("customerId")
                        .asString();
        node.patch("/stores/bakery/customers/" + customer, "{\"customerName\":\"Jane Doe\"}");
        node.patch("/stores/bakery", "{\"name\":\"The Bakery\"}");
        node.patch("/stores/bakery/products/bread", "{\"price\":3.5}");
        node.patch("/stores/bakery/categories/sweet", "{\"name\":\"Sweet\"}");
        node.patch("/users/ada/profile", "{\"firstName\":\"Ada\"}");
        bob.closes(1000, "");
        bob.close();
        eventually(() -> assertThat(node.fanfare.hub().user("store:bob").sessions()).isEmpty());
        node.pass(Duration.ofSeconds(6));
        for (StoreEvent event : StoreEvent.values()) {
            next(ada, casing.of(event.name(), java.util.Locale.ROOT));
        }
    }

    @Test
    void s3_03_aClientSaysWhoItIsAfterItHasConnected() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient client = node.connect();
            client.sends(
                    "{\"type\":\"authenticate\",\"data\":"
                            + "{\"userId\":\"user123\",\"storeId\":\"store456\"}}");
            StoreNode.acknowledged(client);
            node.newOrder("store456");
            next(client, "order_created");
        }
    }

    @Test
    void s3_03_idsAreValidatedAndTheConnectionLives() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient client = node.connect();
            List<String> bad =
                    List.of(
                            "{}",
                            "{\"userId\":\"u\"}",
                            "{\"storeId\":\"s\"}",
                            "{\"userId\":\"\",\"storeId\":\"s\"}",
                            "{\"userId\":7,\"storeId\":\"s\"}",
                            "{\"userId\":null,\"storeId\":\"s\"}",
                            "{\"userId\":\"u\",\"storeId\":\"user:ada\"}",
                            "{\"userId\":\"u\",\"storeId\":\"../s\"}",
                            "{\"userId\":\"u\",\"storeId\":\"s\",\"since\":\"today\"}",
                            "{\"userId\":\"u\",\"storeId\":\"s\",\"types\":[null]}",
                            "{\"userId\":\"u\",\"storeId\":\"s\\u0000\"}",
                            "{\"userId\":\"" + "u".repeat(101) + "\",\"storeId\":\"s\"}",
                            "[]",
                            "\"u\"");
            for (String data : bad) {
                client.sends("{\"type\":\"authenticate\",\"data\":" + data + "}");
                JsonNode error = next(client, "error");
                assertThat(error.path("code").asString()).as(data).isEqualTo("bad_request");
            }
            client.sends("{\"type\":\"authenticate\"}");
            next(client, "error");
            StoreNode.authenticate(client, "ada", "bakery");
        }
    }

    @Test
    void s3_03_aConnectionIsOneUsersAndMayBeInSeveralStores() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient ada = node.enter("ada", "bakery");
            ada.sends(StoreNode.authenticate(Map.of("userId", "bob", "storeId", "bakery")));
            assertThat(next(ada, "error").path("code").asString()).isEqualTo("already_connected");
            StoreNode.authenticate(ada, "ada", "cafe");
            StoreNode.authenticate(ada, "ada", "cafe");
            node.newOrder("cafe");
            assertThat(next(ada, "order_created").path("storeId").asString()).isEqualTo("cafe");
            node.newOrder("bakery");
            assertThat(next(ada, "order_created").path("storeId").asString()).isEqualTo("bakery");
            for (int i = 0; i < 30; i++) {
                StoreNode.authenticate(ada, "ada", "store" + i);
            }
            ada.sends(StoreNode.authenticate(Map.of("userId", "ada", "storeId", "onemore")));
            assertThat(next(ada, "error").path("code").asString()).isEqualTo("limit_exceeded");
        }
    }

    @Test
    void s3_04_whoHasNotAuthenticatedHearsNothingOfUsersAndStores() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient stranger = node.connect();
            next(stranger, "general_notification");
            WebSocketClient ada = node.enter("ada", "bakery");
            node.newOrder("bakery");
            node.patch("/users/ada/profile", "{\"firstName\":\"Ada\"}");
            next(ada, "order_created");
            next(ada, "profile_updated");
            heardNothingOf(stranger, "order", "profile", "user_joined");
            assertThat(node.app.sendNotification(Map.of("message", "Closing soon"))).isEqualTo(2);
            next(stranger, "general_notification");
            stranger.sends("{\"type\":\"order_created\",\"data\":{}}");
            assertThat(next(stranger, "error").path("code").asString())
                    .isEqualTo("unknown_handler");
            StoreNode.authenticate(stranger, "eve", "bakery");
        }
    }

    @Test
    void s3_05_aConnectionIsWelcomedByAGeneralNotification() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            JsonNode first = JsonMapper.shared().readTree(node.connect().receivesText());
            assertThat(first.path("type").asString()).isEqualTo("general_notification");
            assertThat(first.at("/data/message").asString()).startsWith("Welcome");
        }
    }

    @Test
    void s3_05_aUserComesAndGoesOncePerStoreHoweverManyTabs() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient ada = node.enter("ada", "bakery");
            WebSocketClient other = node.enter("cleo", "cafe");
            WebSocketClient tab = node.enter("bob", "bakery");
            JsonNode joined = next(ada, "user_joined");
            assertThat(joined.path("userId").asString()).isEqualTo("bob");
            assertThat(joined.path("storeId").asString()).isEqualTo("bakery");
            assertThat(joined.at("/data/userId").asString()).isEqualTo("bob");
            WebSocketClient second = node.enter("bob", "bakery");
            tab.close();
            node.pass(Duration.ofSeconds(10));
            heardNothingOf(ada, "user_joined", "user_left");
            second.close();
            eventually(() -> assertThat(node.fanfare.hub().user("store:bob").sessions()).isEmpty());
            WebSocketClient reloaded = node.enter("bob", "bakery");
            node.pass(Duration.ofSeconds(10));
            heardNothingOf(ada, "user_joined", "user_left");
            reloaded.close();
            eventually(() -> assertThat(node.fanfare.hub().user("store:bob").sessions()).isEmpty());
            node.pass(Duration.ofSeconds(10));
            assertThat(next(ada, "user_left").path("userId").asString()).isEqualTo("bob");
            heardNothingOf(other, "user_joined", "user_left");
        }
    }

    @Test
    void s3_06_aProfileUpdateReachesThatUsersConnectionsOnly() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            List<WebSocketClient> tabs =
                    List.of(node.enter("ada", "bakery"), node.enter("ada", "cafe"));
            WebSocketClient bob = node.enter("bob", "bakery");
            Map<String, Object> update =
                    Map.of(
                            "action",
                            "profile_updated",
                            "profile",
                            Map.of("firstName", "Ada"),
                            "updatedFields",
                            Map.of("firstName", true, "email", true));
            node.app.sendProfileUpdate("ada", update).toCompletableFuture().join();
            for (WebSocketClient tab : tabs) {
                assertThat(next(tab, "profile_updated").path("data"))
                        .isEqualTo(JsonMapper.shared().valueToTree(update));
            }
            heardNothingOf(bob, "profile_updated");
        }
    }

    @Test
    void s3_06_orderAndCustomerUpdatesReachTheWholeStoreAndNoOther() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient ada = node.enter("ada", "bakery");
            WebSocketClient bob = node.enter("bob", "bakery");
            WebSocketClient other = node.enter("cleo", "cafe");
            Map<String, Object> order =
                    Map.of("orderNumber", "12345", "status", "preparing", "items", List.of());
            Map<String, Object> customer =
                    Map.of(
                            "customerId",
                            "customer123",
                            "customerName",
                            "John Doe",
                            "action",
                            "updated");
            node.app.sendOrderUpdate("bakery", order).toCompletableFuture().join();
            node.app.sendCustomerUpdate("bakery", customer).toCompletableFuture().join();
            for (WebSocketClient client : List.of(ada, bob)) {
                assertThat(next(client, "order_updated").path("data"))
                        .isEqualTo(JsonMapper.shared().valueToTree(order));
                assertThat(next(client, "customer_updated").path("data"))
                        .isEqualTo(JsonMapper.shared().valueToTree(customer));
            }
            heardNothingOf(other, "order_updated", "customer_updated");
        }
    }

    @Test
    void s3_06_aChangeByHttpIsStoredAndThenTold() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient ada = node.enter("ada", "bakery");
            JsonNode answer =
                    node.patch(
                            "/users/ada/profile", "{\"firstName\":\"Ada\",\"email\":\"a@b.org\"}");
            assertThat(answer.at("/updatedFields/firstName").asBoolean()).isTrue();
            JsonNode first = next(ada, "profile_updated").path("data");
            assertThat(first).isEqualTo(answer);
            assertThat(first.path("action").asString()).isEqualTo("profile_updated");
            node.patch("/users/ada/profile", "{\"firstName\":\"Ada\",\"email\":\"c@d.org\"}");
            JsonNode second = next(ada, "profile_updated").path("data");
            assertThat(names(second.path("updatedFields"))).containsExactly("email");
            assertThat(second.at("/profile/firstName").asString()).isEqualTo("Ada");
            assertThat(TestPostgres.ask("select fields->>'email' from store_record"))
                    .isEqualTo("c@d.org");
            assertThat(TestPostgres.ask("select count(*) from store_event")).isEqualTo("0");
        }
    }

    @Test
    void s3_06_whoHasJustComeCanAskWhatTheStoreHas() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            JsonNode order = node.newOrder("bakery");
            JsonNode customer =
                    node.post("/stores/bakery/customers", "{\"customerName\":\"John Doe\"}");
            node.newOrder("cafe");
            JsonNode orders = Http.json(node.http.get("/api/v1/stores/bakery/orders")).path("data");
            assertThat(orders.size()).isEqualTo(1);
            assertThat(orders.get(0)).isEqualTo(order);
            JsonNode customers =
                    Http.json(node.http.get("/api/v1/stores/bakery/customers")).path("data");
            assertThat(customers.findValuesAsString("customerId"))
                    .containsExactly(customer.path("customerId").asString());
            assertThat(node.http.get("/api/v1/stores/../customers").statusCode())
                    .isGreaterThanOrEqualTo(400);
        }
    }

    @Test
    void s3_06_aNewStatusIsToldAsAChangeOfTheOrderAndOfTheStatus() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient ada = node.enter("ada", "bakery");
            JsonNode order = node.newOrder("bakery");
            String path = "/stores/bakery/orders/" + order.path("orderNumber").asString();
            assertThat(order.path("status").asString()).isEqualTo("pending");
            node.patch(path, "{\"status\":\"preparing\"}");
            JsonNode updated = next(ada, "order_updated").path("data");
            assertThat(updated.path("orderNumber")).isEqualTo(order.path("orderNumber"));
            assertThat(updated.path("status").asString()).isEqualTo("preparing");
            assertThat(updated.at("/items/0/sku").asString()).isEqualTo("bread");
            JsonNode status = next(ada, "order_status_changed").path("data");
            assertThat(status.path("status").asString()).isEqualTo("preparing");
            assertThat(status.path("previousStatus").asString()).isEqualTo("pending");
            node.patch(path, "{\"status\":\"preparing\"}");
            next(ada, "order_updated");
            heardNothingOf(ada, "order_status_changed");
        }
    }

    @Test
    void s3_06_clientsHearOfChangesInTheDatabasesOrder() throws Exception {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient ada = node.enter("ada", "bakery");
            String path =
                    "/stores/bakery/orders/"
                            + node.newOrder("bakery").path("orderNumber").asString();
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String word = "status_" + (char) ('a' + i);
                writers.add(
                        Thread.startVirtualThread(() -> {
                            for (int n = 0; n < 10; n++) {
                                node.patch(path, "{\"status\":\"" + word + "\"}");
                            }
                        }));
            }
            for (Thread writer : writers) {
                writer.join();
            }
            String last = "";
            for (int i = 0; i < 80; i++) {
                last = next(ada, "order_updated").at("/data/status").asString();
            }
            assertThat(TestPostgres.ask("select fields->>'status' from store_record"))
                    .isEqualTo(last);
            String before = "pending";
            for (String frame : ada.waiting()) {
                JsonNode json = JsonMapper.shared().readTree(frame);
                if (json.path("type").asString().equals("order_status_changed")) {
                    assertThat(json.at("/data/previousStatus").asString()).isEqualTo(before);
                    before = json.at("/data/status").asString();
                }
            }
            assertThat(before).isEqualTo(last);
        }
    }

    @Test
    void s3_06_whatWasCommittedAndNotToldIsToldLaterAndFirst() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient ada = node.enter("ada", "bakery");
            TestPostgres.sql(
                    "insert into store_event (audience, event, data)"
                            + " values ('store:bakery', 'ORDER_UPDATED', '{\"orderNumber\":\"1\"}')");
            node.newOrder("bakery");
            next(ada, "order_created");
            assertThat(ada.waiting())
                    .as("it came before")
                    .anyMatch(frame -> frame.contains("order_updated"));
            next(ada, "order_updated");
            TestPostgres.sql(
                    "insert into store_event (audience, event, data)"
                            + " values ('store:bakery', 'ORDER_UPDATED', '{\"orderNumber\":\"2\"}')");
            node.pass(Duration.ofSeconds(6));
            assertThat(next(ada, "order_updated").at("/data/orderNumber").asString())
                    .isEqualTo("2");
        }
    }

    @Test
    void s3_06_aChangeThatIsWrongIsAnsweredByNameAndChangesNothing() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            Map<String, List<String>> bad =
                    Map.of(
                            "/users/ada/profile",
                            List.of("", "{}", "[]", "{\"a b\":1}", "{\"a\":\"\\u0000\"}", "{\"a\""),
                            "/users/a:b/profile",
                            List.of("{\"firstName\":\"Ada\"}"),
                            "/stores/bakery/orders/1",
                            List.of("{\"status\":\"Not A Word\"}", "{\"status\":3}"),
                            "/stores/bakery/customers/1",
                            List.of("{\"customerName\":\"\"}", "{\"customerName\":7}"));
            bad.forEach((path, bodies) ->
                    bodies.forEach(body -> {
                        HttpResponse<String> answer = node.http.patch("/api/v1" + path, body);
                        assertThat(answer.statusCode()).as(path + body).isEqualTo(400);
                        assertThat(Http.json(answer).path("success").asBoolean()).isFalse();
                        assertThat(Http.json(answer).path("message").asString()).isNotBlank();
                    }));
            for (String body :
                    List.of(
                            "{\"items\":[]}",
                            "{\"items\":[{\"sku\":\"a\"}]}",
                            "{\"items\":[{\"sku\":\"a\",\"quantity\":0}]}",
                            "{\"items\":[{\"sku\":\"a\",\"quantity\":1.5}]}",
                            "{\"items\":[{\"sku\":\"\",\"quantity\":1}]}",
                            "{\"status\":\"paid\"}",
                            "{}")) {
                assertThat(node.http.post("/api/v1/stores/bakery/orders", body).statusCode())
                        .as(body)
                        .isEqualTo(400);
            }
            assertThat(node.http.post("/api/v1/stores/bakery/customers", "{\"x\":1}").statusCode())
                    .isEqualTo(400);
            assertThat(
                            node.http
                                    .patch(
                                            "/api/v1/stores/bakery/orders/1",
                                            "{\"status\":\"paid\"}")
                                    .statusCode())
                    .isEqualTo(404);
            assertThat(TestPostgres.ask("select count(*) from store_record")).isEqualTo("0");
            assertThat(TestPostgres.ask("select count(*) from store_event")).isEqualTo("0");
        }
    }

    @Test
    void s3_07_statisticsAreExactlyAsWritten() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            List<WebSocketClient> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(node.enter("user" + i, "bakery"));
            }
            clients.get(0).ignoresPings();
            clients.get(1).ignoresPings();
            assertThat(node.http.get(STATS).body())
                    .isEqualTo(
                            "{\"success\":true,"
                                    + "\"data\":{\"totalConnections\":5,\"activeConnections\":5},"
                                    + "\"message\":\"WebSocket statistics retrieved successfully\"}");
            pinged(node, clients);
            HttpResponse<String> stats = node.http.get(STATS);
            assertThat(stats.statusCode()).isEqualTo(200);
            assertThat(stats.body())
                    .isEqualTo(
                            "{\"success\":true,"
                                    + "\"data\":{\"totalConnections\":5,\"activeConnections\":3},"
                                    + "\"message\":\"WebSocket statistics retrieved successfully\"}");
        }
    }

    /// Winds on until everybody has been pinged, and those who answer have been heard.
    private static void pinged(StoreNode node, List<WebSocketClient> clients) {
        for (int i = 0; i < 31; i++) {
            node.clock.advance(Duration.ofSeconds(1));
        }
        clients.forEach(WebSocketClient::receivesPing);
        for (WebSocketClient client : clients.subList(2, clients.size())) {
            client.sends("{\"type\":\"ping\"}");
            next(client, "pong");
        }
        node.pass(Duration.ofSeconds(3));
    }

    @Test
    void s3_08_healthIsExactlyAsWritten() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            List<WebSocketClient> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(node.enter("user" + i, "bakery"));
            }
            clients.get(0).ignoresPings();
            clients.get(1).ignoresPings();
            pinged(node, clients);
            HttpResponse<String> health = node.http.get(HEALTH);
            assertThat(health.statusCode()).isEqualTo(200);
            assertThat(health.body())
                    .isEqualTo(
                            "{\"success\":true,\"data\":{\"healthy\":true,"
                                    + "\"totalConnections\":5,\"activeConnections\":3},"
                                    + "\"message\":\"WebSocket server is healthy\"}");
        }
    }

    @Test
    void s3_08_whoCannotReachTheDatabaseIsUnhealthy() {
        HikariDataSource database = Database.pool(TestPostgres.pool().getJdbcUrl(), "postgres", "");
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS, database, _ -> {})) {
            assertThat(node.http.get(HEALTH).statusCode()).isEqualTo(200);
            database.close();
            HttpResponse<String> health = node.http.get(HEALTH);
            assertThat(health.statusCode()).isEqualTo(503);
            JsonNode answer = Http.json(health);
            assertThat(answer.path("success").asBoolean(true)).isFalse();
            assertThat(answer.at("/data/healthy").asBoolean(true)).isFalse();
            assertThat(answer.path("message").asString())
                    .isEqualTo("WebSocket server is unhealthy");
        }
    }

    @Test
    void s3_09_aConnectionThatAnswersNoPingIsClosed() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS);
                Logged log = Logged.by(Visitors.class.getName())) {
            WebSocketClient dead = node.enter("dead", "bakery").ignoresPings();
            WebSocketClient live = node.enter("live", "bakery");
            node.pass(Duration.ofSeconds(31));
            dead.receivesPing();
            live.receivesPing();
            live.sends("{\"type\":\"ping\"}");
            next(live, "pong");
            node.pass(Duration.ofSeconds(12));
            dead.isClosedWith(4012);
            eventually(() ->
                    assertThat(log.lines())
                            .anyMatch(line ->
                                    line.startsWith("connection closed")
                                            && line.contains("user=dead")
                                            && line.contains("code=4012")));
            assertThat(Http.json(node.http.get(STATS)).at("/data/totalConnections").asInt())
                    .isEqualTo(1);
            heardNothingOf(live, "nothing");
        }
    }

    @Test
    void s3_09_fiftyInvalidMessagesAreRefusedAndLoggedAndTheConnectionLives() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS);
                Logged log = Logged.by(StoreDialect.class.getName())) {
            WebSocketClient client = node.connect();
            List<String> bad =
                    List.of(
                            "hello",
                            "{",
                            "[]",
                            "{\"data\":{}}",
                            "{\"type\":7}",
                            "{\"type\":\"nonsense\"}",
                            "{\"type\":\"authenticate\",\"data\":7}",
                            "{} {}");
            for (int i = 0; i < 50; i++) {
                client.sends(bad.get(i % bad.size()));
                JsonNode error = next(client, "error");
                assertThat(error.path("message").asString()).isNotBlank();
            }
            client.sends("{\"type\":\"x\",\"data\":\"" + "x".repeat(65_536) + "\"}");
            assertThat(next(client, "error").path("code").asString())
                    .isEqualTo("message_too_large");
            StoreNode.authenticate(client, "ada", "bakery");
            assertThat(log.lines())
                    .anyMatch(line -> line.startsWith("message refused: code=bad_request"))
                    .hasSizeLessThan(50);
        }
    }

    @Test
    void s3_10_theSocketHasAPortAndAPathOfItsOwnWhereTheyAreSet() {
        StoreSettings apart =
                StoreNode.SETTINGS.socket(
                        new StoreSettings.Socket(OptionalInt.of(0), "/live/updates"));
        try (StoreNode node = new StoreNode(apart)) {
            int port = node.fanfare.port(StoreApp.SOCKET);
            assertThat(port).isNotEqualTo(node.fanfare.port(StoreApp.NAME));
            WebSocketClient client =
                    node.connect(
                            URI.create("ws://127.0.0.1:" + port + "/live/updates"),
                            Handshake.PLAIN);
            StoreNode.authenticate(client, "ada", "bakery");
            node.newOrder("bakery");
            next(client, "order_created");
            assertThat(Http.json(node.http.get(STATS)).at("/data/totalConnections").asInt())
                    .isEqualTo(1);
            JsonNode page = Http.json(node.http.get("/store.json"));
            assertThat(page.path("socketPort").asInt()).isEqualTo(port);
            assertThat(page.path("socketPath").asString()).isEqualTo("/live/updates");
            assertThat(catchThrowableOfType(HandshakeRefused.class, node::connect).status())
                    .isEqualTo(404);
        }
    }

    @Test
    void s3_10_withoutAPortOfItsOwnTheSocketIsOnTheHttpPort() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            StoreNode.authenticate(node.connect(), "ada", "bakery");
            assertThat(node.http.get("/").body()).contains("Store");
        }
    }

    @Test
    void s3_10_otherOriginsAreASetting() {
        Origins allowed = Origins.of("https://shop.example");
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS.origins(allowed))) {
            next(
                    node.connect(node.uri(), Handshake.PLAIN.origin("https://shop.example")),
                    "general_notification");
            assertThat(
                            catchThrowableOfType(
                                            HandshakeRefused.class,
                                            () ->
                                                    node.connect(
                                                            node.uri(),
                                                            Handshake.PLAIN.origin(
                                                                    "https://evil.example")))
                                    .status())
                    .isEqualTo(403);
            String path = "/api/v1/stores/bakery";
            HttpResponse<String> preflight =
                    node.http.options(
                            path,
                            "Origin",
                            "https://shop.example",
                            "Access-Control-Request-Method",
                            "PATCH");
            assertThat(preflight.statusCode()).isEqualTo(204);
            assertThat(preflight.headers().firstValue("access-control-allow-origin"))
                    .hasValue("https://shop.example");
            assertThat(preflight.headers().firstValue("access-control-allow-methods").orElse(""))
                    .contains("PATCH");
            HttpResponse<String> evil =
                    node.http.options(
                            path,
                            "Origin",
                            "https://evil.example",
                            "Access-Control-Request-Method",
                            "PATCH");
            assertThat(evil.headers().firstValue("access-control-allow-origin")).isEmpty();
            assertThat(
                            node.http
                                    .patch(
                                            path,
                                            "{\"name\":\"x\"}",
                                            "Origin",
                                            "https://evil.example")
                                    .statusCode())
                    .isEqualTo(403);
            assertThat(
                            node.http
                                    .patch(
                                            path,
                                            "{\"name\":\"x\"}",
                                            "Origin",
                                            "https://shop.example")
                                    .headers()
                                    .firstValue("access-control-allow-origin"))
                    .hasValue("https://shop.example");
        }
    }

    @Test
    void s3_10_debugLogsEveryConnectionAndMessage() {
        try (Logged log = Logged.by("dev.fanfare.apps.store").at("debug");
                StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient ada = node.enter("ada", "bakery");
            ada.sends("{\"type\":\"custom_action\",\"data\":{\"action\":\"secret words\"}}");
            node.newOrder("bakery");
            next(ada, "order_created");
            ada.closes(1000, "");
            eventually(() ->
                    assertThat(log.lines())
                            .anyMatch(line -> line.startsWith("connection opened"))
                            .anyMatch(line -> line.contains("message: type=authenticate"))
                            .anyMatch(line -> line.contains("message: type=custom_action"))
                            .anyMatch(line -> line.contains("told: event=order_created"))
                            .anyMatch(line -> line.startsWith("connection closed"))
                            .noneMatch(line -> line.contains("secret words")));
        }
    }

    @Test
    void s3_12_aCustomActionIsAccepted() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient ada = node.enter("ada", "bakery");
            ada.sends("{\"type\":\"custom_action\",\"data\":{\"action\":\"test\"}}");
            ada.receivesJson(frame ->
                    frame.at("/data/message").asString("").equals("The action was received"));
            assertThat(ada.waiting()).noneMatch(frame -> frame.contains("error"));
        }
    }

    @Test
    void s3_14_whoSendsTooMuchIsToldWhenToTryAgain() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient ada = node.enter("ada", "bakery");
            for (int i = 0; i < 250; i++) {
                ada.sends("{\"type\":\"ping\"}");
            }
            JsonNode error = next(ada, "error");
            assertThat(error.path("code").asString()).isEqualTo("too_many_requests");
            assertThat(error.path("retryAfter").asLong()).isPositive();
        }
    }

    @Test
    void s3_14_whatIsToldToAUserWhoIsOfflineWaitsForTheNextConnection() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            long told = node.clock.millis();
            node.patch("/users/ada/profile", "{\"firstName\":\"Ada\"}");
            node.patch("/users/ada/profile", "{\"firstName\":\"Augusta\"}");
            node.pass(Duration.ofMinutes(1));
            WebSocketClient bob = node.enter("bob", "bakery");
            WebSocketClient ada = node.enter("ada", "bakery");
            JsonNode first = next(ada, "profile_updated");
            assertThat(first.at("/data/profile/firstName").asString()).isEqualTo("Ada");
            assertThat(first.path("userId").asString()).isEqualTo("ada");
            assertThat(Instant.parse(first.path("timestamp").asString()).toEpochMilli())
                    .as("the time when it was told")
                    .isEqualTo(told);
            assertThat(next(ada, "profile_updated").at("/data/profile/firstName").asString())
                    .isEqualTo("Augusta");
            heardNothingOf(bob, "profile_updated");
            heardNothingOf(node.enter("ada", "bakery"), "profile_updated");
        }
    }

    @Test
    void s3_14_aTabThatWasCutIsSentWhatAnotherTabOfItsUserTook() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient stays = node.enter("ada", "bakery");
            WebSocketClient cut = node.connect();
            String since =
                    StoreNode.authenticate(cut, "ada", "bakery").path("timestamp").asString();
            node.pass(Duration.ofSeconds(1));
            cut.reset();
            node.patch("/users/ada/profile", "{\"firstName\":\"Ada\"}");
            node.patch("/users/ada/profile", "{\"firstName\":\"Augusta\"}");
            JsonNode taken = next(stays, "profile_updated");
            next(stays, "profile_updated");

            WebSocketClient again = node.connect();
            again.sends(
                    StoreNode.authenticate(
                            Map.of("userId", "ada", "storeId", "bakery", "since", since)));
            assertThat(next(again, "profile_updated")).isEqualTo(taken);
            assertThat(next(again, "profile_updated").at("/data/profile/firstName").asString())
                    .isEqualTo("Augusta");
            StoreNode.acknowledged(again);
            node.patch("/users/ada/profile", "{\"firstName\":\"Lovelace\"}");
            for (WebSocketClient tab : List.of(stays, again)) {
                assertThat(next(tab, "profile_updated").at("/data/profile/firstName").asString())
                        .isEqualTo("Lovelace");
                heardNothingOf(tab, "profile_updated");
            }
        }
    }

    @Test
    void s3_14_whatAUserTookIsNotSentToTheNextConnectionThatNamesNoTime() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            node.patch("/users/ada/profile", "{\"firstName\":\"Ada\"}");
            WebSocketClient ada = node.enter("ada", "bakery");
            next(ada, "profile_updated");
            node.patch("/users/ada/profile", "{\"firstName\":\"Augusta\"}");
            next(ada, "profile_updated");
            ada.closes(1000, "");
            eventually(() ->
                    assertThat(node.fanfare.user("store:ada").sessions())
                            .as("the user's sessions")
                            .isEmpty());
            node.patch("/users/ada/profile", "{\"firstName\":\"Lovelace\"}");
            WebSocketClient next = node.enter("ada", "bakery");
            assertThat(next(next, "profile_updated").at("/data/profile/firstName").asString())
                    .isEqualTo("Lovelace");
            heardNothingOf(next, "profile_updated");
        }
    }

    @Test
    void s3_14_aClientMayAskForSomeTypesOfEventsOnly() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient ada = node.connect();
            Map<String, Object> data =
                    Map.of(
                            "userId",
                            "ada",
                            "storeId",
                            "bakery",
                            "types",
                            List.of("CUSTOMER_CREATED", "order_status_changed"));
            ada.sends(StoreNode.authenticate(data));
            StoreNode.acknowledged(ada);
            String order = node.newOrder("bakery").path("orderNumber").asString();
            node.patch("/stores/bakery/orders/" + order, "{\"status\":\"ready\"}");
            node.post("/stores/bakery/customers", "{\"customerName\":\"John Doe\"}");
            next(ada, "order_status_changed");
            next(ada, "customer_created");
            heardNothingOf(ada, "order_created", "order_updated");
            WebSocketClient wrong = node.connect();
            wrong.sends(
                    StoreNode.authenticate(
                            Map.of(
                                    "userId",
                                    "ada",
                                    "storeId",
                                    "bakery",
                                    "types",
                                    List.of("nonsense"))));
            assertThat(next(wrong, "error").path("message").asString()).contains("data.types");
        }
    }

    @Test
    void s3_14_aReturningClientIsSentWhatItMissed() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS)) {
            WebSocketClient ada = node.enter("ada", "bakery");
            node.newOrder("bakery");
            String since = next(ada, "order_created").path("timestamp").asString();
            ada.close();
            List<String> missed = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                missed.add(node.newOrder("bakery").path("orderNumber").asString());
            }
            WebSocketClient again = node.connect();
            again.sends(
                    StoreNode.authenticate(
                            Map.of("userId", "ada", "storeId", "bakery", "since", since)));
            for (String order : missed) {
                assertThat(next(again, "order_created").at("/data/orderNumber").asString())
                        .isEqualTo(order);
            }
            StoreNode.acknowledged(again);
            node.newOrder("bakery");
            next(again, "order_created");
            heardNothingOf(again, "order_created", "lost");
            WebSocketClient late = node.connect();
            late.sends(
                    StoreNode.authenticate(
                            Map.of(
                                    "userId",
                                    "ada",
                                    "storeId",
                                    "bakery",
                                    "since",
                                    "2026-01-01T00:00:00Z")));
            StoreNode.acknowledged(late);
            late.receivesJson(frame -> frame.at("/data/message").asString("").contains("are lost"));
        }
    }

    @Test
    void s3_14_changesOfOneAddressAreLimited() {
        try (StoreNode node = new StoreNode(StoreNode.SETTINGS.requestsPerSecond(1))) {
            for (int i = 0; i < 4; i++) {
                node.patch("/stores/bakery", "{\"name\":\"x\"}");
            }
            HttpResponse<String> fifth =
                    node.http.patch("/api/v1/stores/bakery", "{\"name\":\"x\"}");
            assertThat(fifth.statusCode()).isEqualTo(429);
            assertThat(fifth.headers().firstValue("retry-after")).hasValue("1");
        }
    }
}

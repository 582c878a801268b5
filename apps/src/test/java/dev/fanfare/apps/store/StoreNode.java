// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.apps.Backing;
import dev.fanfare.apps.Http;
import dev.fanfare.apps.TestPostgres;
import dev.fanfare.core.Environment;
import dev.fanfare.server.Fanfare;
import dev.fanfare.server.FanfareConfig;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.ManualClock;
import dev.fanfare.testkit.WebSocketClient;
import java.net.URI;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.sql.DataSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A node with the store on it, a clock to wind, and clients that are closed with it.
final class StoreNode implements AutoCloseable {
    static final StoreSettings SETTINGS =
            StoreSettings.demo(new StoreSettings.Identity.Claimed()).port(0);

    final ManualClock clock = new ManualClock();
    final StoreApp app;
    final Fanfare fanfare;
    final Http http;
    private final List<WebSocketClient> clients = new ArrayList<>();

    StoreNode(StoreSettings settings) {
        this(settings, TestPostgres.pool(), _ -> {});
    }

    StoreNode(StoreSettings settings, DataSource database, Consumer<FanfareConfig> more) {
        Backing backing = new Backing(database, new Environment(clock, new SecureRandom()));
        StoreApp[] installed = new StoreApp[1];
        fanfare =
                Fanfare.start(config -> {
                    config.port(0).clock(clock);
                    more.accept(config);
                    installed[0] = StoreApp.install(config, settings, backing);
                });
        TestPostgres.sql("truncate store_record; truncate store_event");
        app = installed[0];
        app.started(fanfare);
        http = new Http(fanfare.port(StoreApp.NAME));
    }

    URI uri() {
        return URI.create("ws://127.0.0.1:" + fanfare.port(StoreApp.NAME) + "/ws");
    }

    /// A connection that has said nothing yet.
    WebSocketClient connect() {
        return connect(uri(), Handshake.PLAIN);
    }

    WebSocketClient connect(URI uri, Handshake handshake) {
        WebSocketClient client = WebSocketClient.open(uri, handshake);
        clients.add(client);
        return client;
    }

    /// A connection that has authenticated, and been welcomed.
    WebSocketClient enter(String user, String store) {
        WebSocketClient client = connect();
        authenticate(client, user, store);
        return client;
    }

    /// @return the acknowledgement
    static JsonNode authenticate(WebSocketClient client, String user, String store) {
        client.sends(authenticate(Map.of("userId", user, "storeId", store)));
        return acknowledged(client);
    }

    static JsonNode acknowledged(WebSocketClient client) {
        return client.receivesJson(
                "an acknowledgement",
                WebSocketClient.PATIENCE,
                frame -> frame.at("/data/authenticated").asBoolean(false));
    }

    static String authenticate(Map<String, ?> data) {
        return JsonMapper.shared().writeValueAsString(Map.of("type", "authenticate", "data", data));
    }

    /// The data that a change is answered with.
    JsonNode patch(String path, String body) {
        return done(http.patch("/api/v1" + path, body), 200);
    }

    JsonNode post(String path, String body) {
        return done(http.post("/api/v1" + path, body), 201);
    }

    private static JsonNode done(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(Http.json(answer).path("success").asBoolean()).isTrue();
        return Http.json(answer).path("data");
    }

    JsonNode newOrder(String store) {
        return post(
                "/stores/" + store + "/orders", "{\"items\":[{\"sku\":\"bread\",\"quantity\":2}]}");
    }

    /// Winds the clock a second at a time, so that sweeps run.
    void pass(Duration time) {
        for (long i = 0; i < time.toSeconds(); i++) {
            clock.advance(Duration.ofSeconds(1));
        }
    }

    @Override
    public void close() {
        clients.forEach(WebSocketClient::close);
        app.close();
        http.close();
        fanfare.close();
    }
}

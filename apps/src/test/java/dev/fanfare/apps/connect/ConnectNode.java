// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.apps.Backing;
import dev.fanfare.apps.Http;
import dev.fanfare.apps.TestPostgres;
import dev.fanfare.core.Environment;
import dev.fanfare.server.Fanfare;
import dev.fanfare.testkit.ManualClock;
import dev.fanfare.testkit.WebSocketClient;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// A node with the wallet's connections on it, a clock to wind, a platform that signs webhooks, and
/// clients that are closed with it.
final class ConnectNode implements AutoCloseable {
    static final ConnectSettings SETTINGS =
            ConnectSettings.of("the-webhook-secret", "the-admin-key").port(0);

    final ManualClock clock = new ManualClock();
    final Fanfare fanfare;
    final Http http;
    private final ConnectApp app;
    private final WebhookSignature platform;
    private final List<WebSocketClient> clients = new ArrayList<>();
    private int deliveries;

    ConnectNode(ConnectSettings settings) {
        Environment environment = new Environment(clock, new SecureRandom());
        Backing backing = new Backing(TestPostgres.pool(), environment);
        ConnectApp[] installed = new ConnectApp[1];
        fanfare =
                Fanfare.start(config -> {
                    config.port(0).clock(clock);
                    installed[0] = ConnectApp.install(config, settings, backing);
                });
        app = installed[0];
        TestPostgres.sql("truncate connect_session cascade");
        app.started(fanfare);
        http = new Http(port());
        platform = new WebhookSignature(settings.webhookSecret());
    }

    int port() {
        return fanfare.port(ConnectApp.NAME);
    }

    record Invited(String id, String token, String invitationUrl) {}

    Invited begin() {
        HttpResponse<String> answer = http.post("/api/connections/session", "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode json = Http.json(answer);
        return new Invited(
                json.path("sessionId").asString(),
                json.path("token").asString(),
                json.path("invitationUrl").asString());
    }

    WebSocketClient connect(String query) {
        WebSocketClient client =
                WebSocketClient.open(
                        URI.create("ws://127.0.0.1:" + port() + "/ws/connections" + query));
        clients.add(client);
        return client;
    }

    WebSocketClient connect(Invited session) {
        return connect("?sessionId=" + session.id + "&token=" + session.token);
    }

    /// A connection that has been sent the current status.
    WebSocketClient watch(Invited session) {
        WebSocketClient client = connect(session);
        client.receivesJson(frame -> frame.path("type").asString().equals("status"));
        return client;
    }

    /// The platform's webhook, signed now, with a delivery id of its own.
    HttpResponse<String> webhook(Invited session, String status) {
        deliveries++;
        return webhook(body("d" + deliveries, session, status));
    }

    static String body(String deliveryId, Invited session, String status) {
        return "{\"deliveryId\":\"%s\",\"sessionId\":\"%s\",\"status\":\"%s\"}"
                .formatted(deliveryId, session.id, status);
    }

    HttpResponse<String> webhook(String body) {
        return webhook(body, signed(body, clock.millis()));
    }

    HttpResponse<String> webhook(String body, String signature) {
        return http.post("/api/webhooks/confirmd", body, "X-Webhook-Signature", signature);
    }

    String signed(String body, long millis) {
        return platform.sign(body.getBytes(StandardCharsets.UTF_8), millis);
    }

    HttpResponse<String> poll(Invited session) {
        return http.get(
                "/api/connections/session/" + session.id,
                "Authorization",
                "Bearer " + session.token);
    }

    @Override
    public void close() {
        clients.forEach(WebSocketClient::close);
        app.close();
        http.close();
        fanfare.close();
    }
}

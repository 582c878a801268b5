// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.apps.Http;
import dev.fanfare.apps.TestPostgres;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Environment;
import dev.fanfare.server.Fanfare;
import dev.fanfare.server.HttpLimits;
import dev.fanfare.server.JwtAuthenticator;
import dev.fanfare.server.JwtPolicy;
import dev.fanfare.server.Tokens;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.ManualClock;
import dev.fanfare.testkit.WebSocketClient;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/// A node with the statuses on it and a table that was made anew, a clock to wind, and clients that
/// are closed with it.
final class KycNode implements AutoCloseable {
    private static final AtomicInteger NODES = new AtomicInteger();
    private static final JwtPolicy POLICY =
            JwtPolicy.of("a-secret-of-the-tests-of-32-bytes-or-more");

    final ManualClock clock = new ManualClock();
    final Fanfare fanfare;
    final Http http;
    private final KycApp app;
    private final List<WebSocketClient> clients = new CopyOnWriteArrayList<>();

    KycNode() {
        this(settings -> settings);
    }

    /// @param change of settings under which a client is who it says
    KycNode(UnaryOperator<KycSettings> change) {
        this(new KycSettings.Identity.Claimed(), TestPostgres.port(), change);
    }

    KycNode(KycSettings.Identity identity, int database, UnaryOperator<KycSettings> change) {
        TestPostgres.sql("drop table if exists public.kyc_status");
        KycSettings settings = settings(identity, database);
        KycApp[] installed = new KycApp[1];
        fanfare =
                Fanfare.start(config -> {
                    config.port(0)
                            .clock(clock)
                            .metrics()
                            .httpLimits(HttpLimits.DEFAULT.loopback(HttpLimits.Loopback.EXEMPT));
                    installed[0] =
                            KycApp.install(
                                    config,
                                    change.apply(settings),
                                    new Environment(clock, new SecureRandom()));
                });
        app = installed[0];
        app.started(fanfare);
        http = new Http(port());
        live();
    }

    private static KycSettings settings(KycSettings.Identity identity, int database) {
        KycSettings settings =
                KycSettings.of(
                        identity,
                        "jdbc:postgresql://127.0.0.1:" + database + "/postgres",
                        "postgres",
                        "");
        String slot = "kyc_test_" + NODES.incrementAndGet();
        return settings.port(0).database(settings.database().slot(slot));
    }

    /// Where a client is who its token says.
    static KycNode verified() {
        Authenticator tokens = new JwtAuthenticator(POLICY, new ManualClock());
        return new KycNode(
                new KycSettings.Identity.Verified(tokens),
                TestPostgres.port(),
                settings -> settings);
    }

    static String token(String user) {
        return new Tokens(POLICY, new ManualClock()).issue(user, Duration.ofHours(1), Map.of());
    }

    /// Waits until changes are followed.
    void live() {
        eventually(
                Duration.ofSeconds(20),
                () -> assertThat(stats().path("changes").asString()).isEqualTo("live"));
    }

    int port() {
        return fanfare.port(KycApp.NAME);
    }

    JsonNode stats() {
        return Http.json(http.get("/api/kyc/stats"));
    }

    WebSocketClient connect() {
        return connect(Handshake.PLAIN);
    }

    WebSocketClient connect(Handshake handshake) {
        WebSocketClient client =
                WebSocketClient.open(URI.create("ws://127.0.0.1:" + port() + "/live"), handshake);
        clients.add(client);
        return client;
    }

    static WebSocketClient subscribes(WebSocketClient client, String user) {
        return client.sends("{\"type\":\"subscribe\",\"userId\":\"" + user + "\"}");
    }

    /// A client that has had the current status.
    WebSocketClient watches(String user) {
        WebSocketClient client = subscribes(connect(), user);
        status(client);
        return client;
    }

    /// The next status, as `status/level`.
    static String status(WebSocketClient client) {
        JsonNode data =
                client.receivesJson(frame -> frame.path("type").asString().equals("kyc_status"))
                        .path("data");
        return data.path("status").asString() + "/" + data.path("verification_level").asString();
    }

    static String error(WebSocketClient client) {
        JsonNode frame =
                client.receivesJson(
                        "an error",
                        Duration.ofSeconds(15),
                        each -> each.path("type").asString().equals("error"));
        assertThat(frame.propertyNames()).containsExactly("type", "message");
        return frame.path("message").asString();
    }

    @Override
    public void close() {
        clients.forEach(WebSocketClient::close);
        app.close();
        http.close();
        fanfare.close();
    }
}

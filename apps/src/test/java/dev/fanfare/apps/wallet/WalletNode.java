// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.apps.Http;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Environment;
import dev.fanfare.server.Fanfare;
import dev.fanfare.server.FanfareConfig;
import dev.fanfare.server.JwtAuthenticator;
import dev.fanfare.server.JwtPolicy;
import dev.fanfare.server.Tokens;
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
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// A node with the wallet's gateway on it, a clock to wind, and clients that are closed with it.
final class WalletNode implements AutoCloseable {
    static final WalletSettings SETTINGS = WalletSettings.DEFAULT.port(0);

    /// The address that [#token] permits.
    static final String ADDRESS = "0xabc";

    private static final String KEY = "a-key-of-these-tests-and-of-nothing-else";
    private static final JwtPolicy POLICY =
            JwtPolicy.of("a-secret-of-these-tests-and-of-nothing-else");

    final ManualClock clock = new ManualClock();
    final WalletApp app;
    final Fanfare fanfare;
    final Http http;
    private final Http api;
    private final Tokens tokens = new Tokens(POLICY, clock);
    private final List<WebSocketClient> clients = new ArrayList<>();

    WalletNode() {
        this(SETTINGS);
    }

    WalletNode(WalletSettings settings) {
        this(_ -> settings);
    }

    static WalletNode withGuests() {
        return new WalletNode(SETTINGS::guests);
    }

    private WalletNode(Function<Tokens, WalletSettings> described) {
        WalletSettings settings = described.apply(tokens);
        WalletApp[] installed = new WalletApp[1];
        fanfare = Fanfare.start(config -> installed[0] = install(config, settings));
        app = installed[0];
        app.started(fanfare);
        http = new Http(port());
        api = new Http(fanfare.port());
    }

    private WalletApp install(FanfareConfig config, WalletSettings settings) {
        Authenticator verifier = new JwtAuthenticator(POLICY, clock);
        config.port(0).clock(clock).authenticator(verifier).apiKey(KEY);
        return WalletApp.install(
                config, settings, verifier, new Environment(clock, new SecureRandom()));
    }

    int port() {
        return fanfare.port(WalletApp.NAME);
    }

    String token(String user, Map<String, ?> claims) {
        return tokens.issue(user, Duration.ofHours(1), claims);
    }

    /// A token with one wallet, [#ADDRESS], and one stake, `7`.
    String token(String user) {
        return token(user, Map.of("wallets", List.of(ADDRESS), "staking", List.of("7")));
    }

    String token(String user, Duration validFor) {
        return tokens.issue(user, validFor, Map.of());
    }

    /// @param query with its question mark
    WebSocketClient connect(String query, Handshake handshake) {
        URI uri = URI.create("ws://127.0.0.1:" + port() + "/ws" + query);
        WebSocketClient client = WebSocketClient.open(uri, handshake);
        clients.add(client);
        return client;
    }

    WebSocketClient enterWith(String token) {
        return connect("?token=" + token, Handshake.PLAIN);
    }

    WebSocketClient enter(String user) {
        return enterWith(token(user));
    }

    /// The answer to a message.
    JsonNode ask(WebSocketClient client, String json) {
        client.sends(json);
        return client.receivesJson(
                frame -> frame.has("success") || frame.path("type").asString().equals("pong"));
    }

    void subscribe(WebSocketClient client, String channel) {
        assertThat(ask(client, "{\"channel\":\"" + channel + "\"}").toString())
                .isEqualTo("{\"success\":true}");
    }

    /// Publishes by the HTTP API.
    void publish(String channel, String data) {
        HttpResponse<String> answer =
                api("/api/v1/publish", "{\"channel\":\"" + channel + "\",\"data\":" + data + "}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    void send(String user, String type, String data) {
        HttpResponse<String> answer =
                api(
                        "/api/v1/users/" + user + "/send",
                        "{\"type\":\"" + type + "\",\"data\":" + data + "}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private HttpResponse<String> api(String path, String body) {
        return api.post(path, body, "Authorization", "Bearer " + KEY);
    }

    @Override
    public void close() {
        clients.forEach(WebSocketClient::close);
        app.close();
        http.close();
        api.close();
        fanfare.close();
    }
}

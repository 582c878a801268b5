// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.apps.Backing;
import dev.fanfare.apps.Http;
import dev.fanfare.apps.TestPostgres;
import dev.fanfare.core.Environment;
import dev.fanfare.server.Fanfare;
import dev.fanfare.server.FanfareConfig;
import dev.fanfare.server.TypedHandler;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.ManualClock;
import dev.fanfare.testkit.WebSocketClient;
import java.net.URI;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/// A node with the chat on it, a clock to wind, and clients that are closed with it.
final class ChatNode implements AutoCloseable {
    static final ChatSettings SETTINGS = ChatSettings.DEMO.port(0).verboseLogging(false);

    final ManualClock clock = new ManualClock();
    final ChatApp app;
    final Fanfare fanfare;
    final Http http;
    private final List<WebSocketClient> clients = new ArrayList<>();

    ChatNode(ChatSettings settings, TypedHandler<?>... handlers) {
        Environment environment = new Environment(clock, new SecureRandom());
        ChatApp[] installed = new ChatApp[1];
        fanfare =
                Fanfare.start(
                        config -> installed[0] = install(config, settings, environment, handlers));
        app = installed[0];
        app.started(fanfare);
        TestPostgres.sql("truncate chat_user cascade");
        http = new Http(port());
    }

    private static ChatApp install(
            FanfareConfig config,
            ChatSettings settings,
            Environment environment,
            TypedHandler<?>... handlers) {
        config.port(0).clock(environment.clock());
        Backing backing = new Backing(TestPostgres.pool(), environment);
        return ChatApp.install(config, settings, backing, handlers);
    }

    int port() {
        return fanfare.port(ChatApp.NAME);
    }

    URI uri() {
        return URI.create("ws://127.0.0.1:" + port() + "/ws");
    }

    /// @return the cookie
    String signIn(String email) {
        HttpResponse<String> answer =
                http.post("/api/auth/sign-in", "{\"email\":\"" + email + "\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String cookie = answer.headers().firstValue("set-cookie").orElseThrow();
        return cookie.substring(0, cookie.indexOf(';'));
    }

    WebSocketClient connect(Handshake handshake) {
        WebSocketClient client = WebSocketClient.open(uri(), handshake);
        clients.add(client);
        return client;
    }

    /// A connection that has been welcomed and knows who is here.
    WebSocketClient enterWith(String cookie) {
        WebSocketClient client = connect(Handshake.PLAIN.cookie(cookie));
        client.receivesJson(frame -> frame.path("type").asString().equals("user_list"));
        client.receivesJson(frame -> frame.path("type").asString().equals("welcome"));
        return client;
    }

    WebSocketClient enter(String email) {
        return enterWith(signIn(email));
    }

    @Override
    public void close() {
        clients.forEach(WebSocketClient::close);
        app.close();
        http.close();
        fanfare.close();
    }
}

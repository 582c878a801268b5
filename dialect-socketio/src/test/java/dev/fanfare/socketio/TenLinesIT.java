// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.server.Fanfare;
import dev.fanfare.server.http.Origins;
import dev.fanfare.testkit.WebSocketClient;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The program of the README, as it stands there but for its port.
class TenLinesIT {
    @Test
    void tenLinesServeSocketIo() {
        SocketIo io =
                SocketIo.at("/socket.io")
                        .origins(Origins.of("https://app.example.com"))
                        .namespace(
                                "/",
                                main ->
                                        main.channel(
                                                        "news",
                                                        rules ->
                                                                rules.history(
                                                                        1_000,
                                                                        Duration.ofMinutes(5)))
                                                .answer(
                                                        "hello",
                                                        String.class,
                                                        (session, name) -> "hello " + name)
                                                .on(
                                                        "follow",
                                                        String.class,
                                                        (session, channel) ->
                                                                session.subscribe(channel)))
                        .recovery("/", Duration.ofMinutes(2));
        try (Fanfare fanfare =
                        Fanfare.start(
                                config -> config.port(0).nativeSite(site -> site.gateway(io)));
                WebSocketClient client =
                        WebSocketClient.open(
                                URI.create(
                                        "ws://127.0.0.1:"
                                                + fanfare.port()
                                                + "/socket.io/?EIO=4&transport=websocket"))) {
            client.receivesText();
            client.sends("40");
            assertThat(client.receivesText()).startsWith("40{").contains("\"pid\"");
            client.sends("420[\"hello\",\"Ada\"]");
            assertThat(client.receivesText()).isEqualTo("430[\"hello Ada\"]");
            client.sends("421[\"follow\",\"news\"]");
            assertThat(client.receivesText()).isEqualTo("431[]");

            fanfare.channel("news").publish("flash", Map.of("title", "it works"));
            assertThat(client.receivesText())
                    .matches("42\\[\"flash\",\\{\"title\":\"it works\"},\"[^\"]+\"]");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class WebSocketClientIT {
    private final ScriptedServer server = new ScriptedServer(WebSocketClientIT::answers);

    private static List<String> answers(String text) {
        return text.startsWith("close ") ? List.of("bye", text) : List.of(text, "{\"n\":1}");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void sendsAndReceivesTextsOfEverySize() {
        try (WebSocketClient client = WebSocketClient.open(server.uri())) {
            for (int size : new int[] {0, 1, 125, 126, 65_535, 65_536}) {
                String text = "é".repeat(size / 2) + "x".repeat(size % 2);
                client.sends(text);
                assertThat(client.receivesText()).isEqualTo(text);
                client.receivesJson(json -> json.path("n").asInt() == 1);
            }
        }
    }

    @Test
    void isAnsweredWhenItPings() {
        try (WebSocketClient client = WebSocketClient.open(server.uri())) {
            client.pings(new byte[] {1, 2, 3});
            assertThat(client.receivesPong()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void seesTheCloseCodeAndWhatCameBefore() {
        try (WebSocketClient client = WebSocketClient.open(server.uri())) {
            client.sends("close 4008");
            assertThat(client.isClosedWith(4008).reason()).isEqualTo("as scripted");
            assertThat(client.receivesText()).isEqualTo("bye");
        }
    }

    @Test
    void mayGoOnSendingToAServerThatHasClosed() {
        try (WebSocketClient client = WebSocketClient.open(server.uri())) {
            client.sends("close 4501");
            client.isClosedWith(4501);
            for (int i = 0; i < 100; i++) {
                client.sends("x".repeat(60_000));
            }
            assertThat(client.receivesText()).isEqualTo("bye");
        }
    }

    @Test
    void saysWhatArrivedInstead() {
        try (WebSocketClient client = WebSocketClient.open(server.uri())) {
            client.sends("hello");
            client.receivesJson(json -> json.has("n"));
            assertThatThrownBy(() ->
                            client.receivesJson("a miracle", Duration.ofMillis(20), json -> false))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContainingAll("a miracle", "20 ms", "hello", "is open");
            client.sends("close 4501");
            client.isClosed();
            assertThatThrownBy(() -> client.isClosedWith(4008))
                    .hasMessageContainingAll("4008", "closed with 4501", "bye");
        }
    }

    @Test
    void tellsTheStatusOfARefusedHandshake() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread doorkeeper = Thread.ofVirtual().start(() -> refuse(listener));
            URI uri = URI.create("ws://127.0.0.1:" + listener.getLocalPort() + "/ws");
            assertThatThrownBy(() -> WebSocketClient.open(uri))
                    .isInstanceOfSatisfying(
                            HandshakeRefused.class,
                            refused -> {
                                assertThat(refused.status()).isEqualTo(401);
                                assertThat(refused.headers())
                                        .containsEntry("www-authenticate", "Bearer");
                            });
            doorkeeper.join();
        }
    }

    private static void refuse(ServerSocket listener) {
        try (Socket socket = listener.accept()) {
            BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            for (String line = in.readLine(); line != null && !line.isEmpty(); ) {
                line = in.readLine();
            }
            String answer = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\n\r\n";
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void closesInForm() {
        try (WebSocketClient client = WebSocketClient.open(server.uri())) {
            assertThat(client.closes(1000, "done").code()).isEqualTo(1000);
            assertThat(client.closeFrames()).isEqualTo(1);
        }
    }

    @Test
    void readsNothingWhileItHasStopped() {
        try (WebSocketClient client =
                WebSocketClient.open(server.uri(), Handshake.PLAIN.receiveBuffer(4_096))) {
            client.stopsReading();
            String big = "x".repeat(60_000);
            for (int i = 0; i < 20; i++) {
                client.sends(big);
            }
            assertThat(client.waiting()).hasSizeLessThanOrEqualTo(1);
            client.resumesReading();
            Eventually.eventually(() -> assertThat(client.waiting()).hasSize(40));
        }
    }

    @Test
    void sendsBytesThatAreNoFrames() {
        try (WebSocketClient client = WebSocketClient.open(server.uri())) {
            client.sendsRaw("no frame at all".getBytes(StandardCharsets.UTF_8));
            assertThat(client.isClosed().code()).isIn(1002, 1006);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.SystemClock;
import dev.fanfare.server.JwtPolicy;
import dev.fanfare.server.Tokens;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.TestClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeIT {
    private static final String SECRET = "a-secret-of-this-test-and-of-nothing-else";

    @Test
    void tellsItsClientsToComeBackAndExitsWithZeroOnSigterm() throws InterruptedException {
        try (Program serve = serve(Map.of("FANFARE_AUTH_SECRET", SECRET))) {
            URI uri = URI.create(serve.awaits("Ready: (ws://\\S+/ws)"));
            try (TestClient client = TestClient.connect(uri, token())) {
                client.subscribe("lobby").isLive();

                serve.terminate();

                client.isClosedWith(1012);
            }
            assertThat(serve.status()).isZero();
            assertThat(serve.output()).doesNotContain(token().substring(0, 30));
        }
    }

    @Test
    void hasNoExchangeWhereThatIsRefusedAndTheWebSocketStays() throws Exception {
        try (Program serve =
                serve(Map.of("FANFARE_AUTH_SECRET", SECRET, "FANFARE_EXCHANGE_MODE", "refused"))) {
            URI uri = URI.create(serve.awaits("Ready: (ws://\\S+/ws)"));
            assertThat(poll(uri)).isEqualTo(404);
            try (TestClient client = TestClient.connect(uri, token())) {
                client.subscribe("lobby").isLive();
            }
        }
    }

    @Test
    void hasAnExchangeUnlessThatIsRefused() throws Exception {
        try (Program serve = serve(Map.of("FANFARE_AUTH_SECRET", SECRET))) {
            assertThat(poll(URI.create(serve.awaits("Ready: (ws://\\S+/ws)")))).isEqualTo(200);
        }
    }

    @Test
    void doesNotStartWithoutASecretAndSaysHowToMakeOne() throws InterruptedException {
        try (Program serve = serve(Map.of())) {
            assertThat(serve.status()).isEqualTo(1);
            assertThat(serve.output())
                    .contains("auth.secret is not set")
                    .contains("openssl rand -hex 32")
                    .doesNotContain("Exception");
        }
    }

    @Test
    void doesNotStartWithASettingThatIsNotThere() throws InterruptedException {
        try (Program serve = serve(Map.of("FANFARE_AUTH_SECRET", SECRET, "FANFARE_PROT", "1"))) {
            assertThat(serve.status()).isEqualTo(1);
            assertThat(serve.output()).contains("FANFARE_PROT").contains("FANFARE_PORT");
        }
    }

    @Test
    void writesSecurityEventsToTheirOwnFile(@TempDir Path folder)
            throws InterruptedException, IOException {
        Path file = folder.resolve("security.log");
        try (Program serve =
                serve(
                        Map.of(
                                "FANFARE_AUTH_SECRET",
                                SECRET,
                                "FANFARE_LOG_SECURITY_FILE",
                                file.toString()))) {
            URI uri = URI.create(serve.awaits("Ready: (ws://\\S+/ws)"));
            try (TestClient client = TestClient.open(uri, Handshake.PLAIN)) {
                client.connects("nobody's").is(TestClient.ERROR);
                client.isClosedWith(4501);
            }
            serve.terminate();
            assertThat(serve.status()).isZero();
            assertThat(Files.readString(file)).contains(" event=authentication_refused ");
            assertThat(serve.output()).doesNotContain("authentication_refused");
        }
    }

    @Test
    void doesNotStartWhenSecurityEventsCannotBeWritten(@TempDir Path folder)
            throws InterruptedException {
        try (Program serve =
                serve(
                        Map.of(
                                "FANFARE_AUTH_SECRET",
                                SECRET,
                                "FANFARE_LOG_SECURITY_FILE",
                                folder.toString()))) {
            assertThat(serve.status()).isEqualTo(1);
            assertThat(serve.output())
                    .contains("log.security-file cannot be written to: " + folder);
        }
    }

    private static Program serve(Map<String, String> environment) {
        return Program.start(
                environment,
                "serve",
                "--port",
                "0",
                "--host",
                "127.0.0.1",
                "--set",
                "drain=1s",
                "--set",
                "channels={lobby: {history-size: 1}}");
    }

    /// The status of a poll at the node of that WebSocket.
    private static int poll(URI socket) throws IOException, InterruptedException {
        String connect =
                "{\"type\":\"connect\",\"id\":1,\"version\":1,\"token\":\"" + token() + "\"}";
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create("http://" + socket.getAuthority() + "/exchange?wait=0"))
                        .header("Content-Type", "application/x-ndjson")
                        .POST(HttpRequest.BodyPublishers.ofString(connect))
                        .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }

    private static String token() {
        try (SystemClock clock = new SystemClock()) {
            return new Tokens(JwtPolicy.of(SECRET), clock)
                    .issue("ada", Duration.ofMinutes(5), Map.of());
        }
    }
}

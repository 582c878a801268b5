// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.server.NettyTransport;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.TestClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A node whose slow subscribers hold all of its direct memory.
class DirectMemoryIT {
    private static final String KEY = "a-key-of-this-test-and-of-nothing-else";
    private static final Handshake NARROW = Handshake.PLAIN.receiveBuffer(4 << 10);
    private static final String LARGE = '"' + "x".repeat(16_000) + '"';
    private static final int SLOW = 40;
    private static final int MAX_ROUNDS = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @ParameterizedTest
    @EnumSource(
            value = NettyTransport.Kind.class,
            names = {"IO_URING", "EPOLL", "NIO"})
    void cutsWhatItHasNoMemoryForLogsLittleAndServesOnceMemoryIsFree(NettyTransport.Kind kind)
            throws Exception {
        Program.assumeWorks(kind);
        try (Program serve = serve(kind);
                HttpClient http = HttpClient.newHttpClient()) {
            URI uri = URI.create(serve.awaits("Ready: (ws://\\S+/ws)"));
            long lines = serve.output().lines().count();
            List<TestClient> slow = new ArrayList<>();
            for (int i = 0; i < SLOW; i++) {
                slow.add(slow(uri, "slow-" + i));
            }
            for (int i = 0; i < MAX_ROUNDS && !exhausted(serve); i++) {
                publishToSlow(http, uri);
            }
            assertThat(exhausted(serve)).isTrue();
            for (int i = 0; i < 3; i++) {
                publishToSlow(http, uri);
            }
            assertThat(serve.output().lines().count() - lines).isLessThan(20);

            slow.forEach(TestClient::killed);
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(publish(http, uri, "fresh", "1")).isEqualTo(200));
            try (TestClient fresh = TestClient.connect(uri, null)) {
                fresh.subscribe("fresh").isLive();
                assertThat(publish(http, uri, "fresh", "2")).isEqualTo(200);
                fresh.receives("fresh").withData("2");
            }
        }
    }

    private static boolean exhausted(Program serve) {
        return serve.output().contains("OutOfDirectMemoryError");
    }

    private static Program serve(NettyTransport.Kind kind) {
        return Program.start(
                Map.of(
                        "JDK_JAVA_OPTIONS", "-XX:MaxDirectMemorySize=16m",
                        "FANFARE_AUTH_SECRET", "a-secret-of-this-test-and-of-nothing-else",
                        "FANFARE_AUTH_ANONYMOUS", "allowed",
                        "FANFARE_API_KEYS", KEY,
                        "FANFARE_LIMITS_OUTBOX", "16MB",
                        "FANFARE_CHANNELS", "{'{name}': {history-size: 10, subscribe: anyone}}"),
                "serve",
                "--port",
                "0",
                "--host",
                "127.0.0.1",
                "--set",
                Program.transport(kind));
    }

    private static TestClient slow(URI uri, String channel) {
        TestClient client = TestClient.open(uri, NARROW);
        client.connects(null).isConnected();
        client.subscribe(channel).isLive();
        return client.stopsReading();
    }

    private static void publishToSlow(HttpClient http, URI uri) throws InterruptedException {
        for (int i = 0; i < SLOW; i++) {
            publish(http, uri, "slow-" + i, LARGE);
        }
    }

    /// The status, or 0 when the connection was cut.
    private static int publish(HttpClient http, URI socket, String channel, String data)
            throws InterruptedException {
        String body = "{\"channel\":\"" + channel + "\",\"data\":" + data + "}";
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create("http://" + socket.getAuthority() + "/api/v1/publish"))
                        .header("Authorization", "Bearer " + KEY)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .timeout(PATIENCE)
                        .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException _) {
            return 0;
        }
    }
}

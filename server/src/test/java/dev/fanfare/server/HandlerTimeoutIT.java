// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Authenticator;
import dev.fanfare.server.http.Response;
import dev.fanfare.testkit.ManualClock;
import dev.fanfare.testkit.TestClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the program's code does not finish, as clients see it.
@Timeout(60)
class HandlerTimeoutIT {
    private final ManualClock clock = new ManualClock();
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore interrupted = new Semaphore(0);
    private final CountDownLatch never = new CountDownLatch(1);
    private final HttpClient http = HttpClient.newHttpClient();
    private Fanfare node;

    @BeforeEach
    void start() {
        node =
                Fanfare.start(config ->
                        config.port(0)
                                .clock(clock)
                                .authenticator(_ -> Authenticator.anonymous())
                                .on(
                                        "hangs",
                                        (_, _) -> {
                                            hang();
                                            return null;
                                        })
                                .on("echo", (_, data) -> data)
                                .ready("fine", () -> true)
                                .ready(
                                        "hangs",
                                        () -> {
                                            hang();
                                            return true;
                                        })
                                .nativeSite(site ->
                                        site.route(
                                                        "GET",
                                                        "/hangs",
                                                        _ -> {
                                                            hang();
                                                            return Response.json(200, Map.of());
                                                        })
                                                .route(
                                                        "GET",
                                                        "/fine",
                                                        _ -> Response.json(200, Map.of()))));
    }

    @AfterEach
    void stop() {
        never.countDown();
        node.close();
        http.close();
    }

    @Test
    void answersCommandAndThoseBehindIt() throws InterruptedException {
        try (TestClient ada =
                TestClient.connect(URI.create("ws://127.0.0.1:" + node.port() + "/ws"), "ada")) {
            var late = ada.send("hangs", "1");
            var next = ada.send("echo", "2");
            begun.acquire();
            for (int second = 0; second <= 31; second++) {
                clock.advance(Duration.ofSeconds(1));
                if (second % 10 == 0) {
                    ada.pings().is("pong");
                }
            }
            interrupted.acquire();
            assertThat(late.isRefusedWith("unavailable").path("limit"))
                    .hasToString("\"handler-timeout\"");
            next.answers("2");
        }
    }

    @Test
    void answersRequestWhenRouteNeverReturns() throws Exception {
        CompletableFuture<HttpResponse<String>> answer = get("/hangs");
        begun.acquire();
        clock.advance(Duration.ofSeconds(30));
        interrupted.acquire();
        assertThat(answer.get().statusCode()).isEqualTo(503);
        assertThat(answer.get().body()).contains("\"unavailable\"", "30000 ms");
        assertThat(get("/fine").get().statusCode()).isEqualTo(200);
    }

    @Test
    void saysWhichReadyCheckNeverReturns() throws Exception {
        CompletableFuture<HttpResponse<String>> answer = get("/ready");
        begun.acquire();
        clock.advance(Duration.ofSeconds(5));
        interrupted.acquire();
        assertThat(answer.get().statusCode()).isEqualTo(503);
        assertThat(answer.get().body()).contains("\"fine\":true", "\"hangs\":false");
    }

    private CompletableFuture<HttpResponse<String>> get(String path) {
        URI uri = URI.create("http://127.0.0.1:" + node.port() + path);
        return http.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    private void hang() throws InterruptedException {
        begun.release();
        try {
            never.await();
        } catch (InterruptedException e) {
            interrupted.release();
            throw e;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Close;
import dev.fanfare.core.Limits;
import dev.fanfare.server.EndpointConfig;
import dev.fanfare.testkit.ManualClock;
import dev.fanfare.testkit.WebSocketClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A client that sends faster than its events are handled has to wait, and loses none of them.
@Timeout(120)
class BackPressureIT {
    private static final int MANY = 3_500;

    /// A session's queue, and what runs or is under way beside it.
    private static final int MOST_TAKEN = 1_200;

    private final Semaphore go = new Semaphore(0);

    private House open(@Nullable ManualClock clock, Limits limits) {
        return House.open(clock, io -> io.namespace("/slow", at -> slow(at, limits)));
    }

    private void slow(EndpointConfig endpoint, Limits limits) {
        endpoint.limits(limits)
                .on(
                        "slow",
                        House.handler((_, data) -> {
                            go.acquire();
                            go.release();
                            return data.length > 10 ? House.json("true") : data;
                        }));
    }

    private static String event(int id, String data) {
        return "42/slow," + id + "[\"slow\"," + data + "]";
    }

    private static WebSocketClient connected(Poller poller, String way) {
        return way.equals("upgrade") ? upgraded(poller) : opened(poller);
    }

    private static WebSocketClient opened(Poller poller) {
        WebSocketClient socket = WebSocketClient.open(poller.socket("?EIO=4&transport=websocket"));
        assertThat(socket.receivesText()).startsWith("0{");
        socket.sends("40/slow");
        assertThat(socket.receivesText()).startsWith("40/slow,{");
        return socket;
    }

    /// Its socket may live on another loop than its connection.
    private static WebSocketClient upgraded(Poller poller) {
        poller.post("40/slow");
        assertThat(poller.poll().body()).startsWith("40/slow,{");
        WebSocketClient socket =
                WebSocketClient.open(poller.socket("?EIO=4&transport=websocket&sid=" + poller.sid));
        socket.sends("2probe");
        assertThat(socket.receivesText()).isEqualTo("3probe");
        return socket.sends("5");
    }

    /// Every event is acknowledged, and nothing else comes.
    private static void acknowledged(int events, Supplier<String> payloads) {
        Set<String> open = new HashSet<>();
        for (int i = 0; i < events; i++) {
            open.add("43/slow," + i + "[" + i + "]");
        }
        while (!open.isEmpty()) {
            for (String packet : payloads.get().split(Poller.SEPARATOR, -1)) {
                assertThat(open.remove(packet)).as(packet).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "upgrade"})
    void handlesEveryEventOfBurstOverWebSocket(String way) {
        try (House house = open(null, Limits.DEFAULT);
                Poller poller = Poller.open(house.url());
                WebSocketClient socket = connected(poller, way)) {
            for (int i = 0; i < MANY; i++) {
                socket.sends(event(i, String.valueOf(i)));
            }
            eventually(
                    () -> assertThat(house.fanfare.hub().counts().commands()).isGreaterThan(1_000));
            assertThat(house.fanfare.hub().counts().commands()).isLessThan(MOST_TAKEN);
            go.release();

            acknowledged(MANY, socket::receivesText);
        }
    }

    @Test
    void answersPostWhenAllItsEventsAreTaken() throws Exception {
        try (House house = open(null, Limits.DEFAULT);
                Poller poller = Poller.open(house.url())) {
            poller.post("40/slow");
            assertThat(poller.poll().body()).startsWith("40/slow,{");
            StringBuilder body = new StringBuilder("6");
            for (int i = 0; i < MANY; i++) {
                body.append(Poller.SEPARATOR).append(event(i, String.valueOf(i)));
            }
            CompletableFuture<HttpResponse<String>> posted =
                    poller.http.sendAsync(
                            poller.request(poller.mine())
                                    .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            eventually(
                    () -> assertThat(house.fanfare.hub().counts().commands()).isGreaterThan(1_000));
            assertThat(house.fanfare.hub().counts().commands()).isLessThan(MOST_TAKEN);
            assertThat(posted).isNotDone();
            go.release();

            acknowledged(MANY, () -> poller.poll().body());
            assertThat(posted.get(5, TimeUnit.SECONDS).body()).isEqualTo("ok");
        }
    }

    @Test
    void closesSessionOnOverlappingPost() throws Exception {
        try (House house = open(null, Limits.DEFAULT);
                Poller poller = Poller.open(house.url())) {
            poller.post("40/slow");
            assertThat(poller.poll().body()).startsWith("40/slow,{");
            String body = (event(0, "0") + Poller.SEPARATOR).repeat(1_500) + "6";
            CompletableFuture<HttpResponse<String>> posted =
                    poller.http.sendAsync(
                            poller.request(poller.mine())
                                    .POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            eventually(
                    () -> assertThat(house.fanfare.hub().counts().commands()).isGreaterThan(1_000));

            assertThat(poller.post("6").statusCode()).isEqualTo(400);
            assertThat(posted.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(400);
            assertThat(house.io.connections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "upgrade"})
    void stopsReadingWhenWaitingBytesReachLimit(String way) throws InterruptedException {
        try (House house = open(null, Limits.DEFAULT);
                Poller poller = Poller.open(house.url());
                WebSocketClient socket = connected(poller, way)) {
            String large = '"' + "x".repeat(900_000) + '"';
            Thread sender =
                    Thread.startVirtualThread(() -> {
                        for (int i = 0; i < 60; i++) {
                            socket.sends(event(i, large));
                        }
                    });
            eventually(() -> assertThat(house.fanfare.hub().counts().commands()).isGreaterThan(4));
            assertThat(sender.join(Duration.ofMillis(500))).isFalse();
            assertThat(house.fanfare.hub().counts().commands()).isLessThan(10);
            go.release();
            Set<String> acks = new HashSet<>();
            while (acks.size() < 60) {
                String ack = socket.receivesText();
                assertThat(ack).matches("43/slow,[0-9]+\\[true]");
                acks.add(ack);
            }
            sender.join();
        }
    }

    @Test
    void keepsSessionWithoutPongsWhileReadingIsPaused() {
        ManualClock clock = new ManualClock();
        try (House house = open(clock, Limits.DEFAULT.handlerTimeout(Duration.ofHours(1)));
                Poller poller = Poller.at(house.url());
                WebSocketClient socket = opened(poller)) {
            for (int i = 0; i < 1_500; i++) {
                socket.sends(event(i, String.valueOf(i)));
            }
            eventually(
                    () -> assertThat(house.fanfare.hub().counts().commands()).isGreaterThan(1_000));
            for (int i = 0; i < 4; i++) {
                clock.advance(Duration.ofSeconds(26));
                assertThat(socket.receivesText()).isEqualTo("2");
                socket.sends("3");
            }
            go.release();
            acknowledged(1_500, socket::receivesText);
            // Behind the last pong.
            socket.sends(event(0, "0"));
            assertThat(socket.receivesText()).isEqualTo("43/slow,0[0]");
            clock.advance(Duration.ofSeconds(26));
            assertThat(socket.receivesText()).isEqualTo("2");
            clock.advance(Duration.ofSeconds(21));
            socket.isClosed();
        }
    }

    @Test
    void closesSessionWhileReadingIsPaused() {
        try (House house = open(null, Limits.DEFAULT);
                Poller poller = Poller.at(house.url())) {
            try (WebSocketClient socket = opened(poller)) {
                for (int i = 0; i < 1_500; i++) {
                    socket.sends(event(i, String.valueOf(i)));
                }
                eventually(() ->
                        assertThat(house.fanfare.hub().counts().commands()).isGreaterThan(1_000));
                house.with(session -> session.disconnect(Close.TRY_LATER));
                socket.isClosedWith(1013);
            }
            eventually(() -> assertThat(house.io.connections()).isZero());
            go.release();
        }
    }
}

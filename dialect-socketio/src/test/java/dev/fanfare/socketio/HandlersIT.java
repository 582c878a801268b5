// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.fanfare.core.Limits;
import dev.fanfare.server.EndpointConfig;
import dev.fanfare.testkit.WebSocketClient;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// Handlers of one session, several of which may wait at once.
class HandlersIT {
    private final Semaphore go = new Semaphore(0);
    private final House house = House.open(null, io -> io.namespace("/slow", this::slow));

    private void slow(EndpointConfig endpoint) {
        endpoint.channel("room")
                .on(
                        "wait",
                        House.handler((_, data) -> {
                            go.acquire();
                            return data;
                        }))
                .on("echo", House.handler((_, data) -> data))
                .on(
                        "join",
                        House.handler((session, data) -> {
                            session.subscribe("room").toCompletableFuture().get();
                            return data;
                        }))
                .on(
                        "say",
                        House.handler((session, data) -> {
                            session.channel("room").publish(House.text(data));
                            return null;
                        }))
                .on(
                        "ask",
                        House.handler((session, data) ->
                                SocketIo.call(
                                                session,
                                                new Event("question", data),
                                                Duration.ofMillis(50))
                                        .toCompletableFuture()
                                        .get()));
    }

    @AfterEach
    void close() {
        go.release(100);
        house.close();
    }

    private WebSocketClient connected(String namespace) {
        String url = house.url().replaceFirst("http", "ws");
        WebSocketClient socket =
                WebSocketClient.open(URI.create(url + "?EIO=4&transport=websocket"));
        assertThat(socket.receivesText()).startsWith("0{");
        socket.sends("40" + namespace);
        assertThat(socket.receivesText()).startsWith("40" + namespace + ",{");
        return socket;
    }

    @Test
    void acknowledgesEventWhileEarlierHandlerWaits() {
        try (WebSocketClient socket = connected("/slow")) {
            socket.sends("42/slow,0[\"wait\",1]").sends("42/slow,1[\"echo\",2]");
            assertThat(socket.receivesText()).isEqualTo("43/slow,1[2]");
            go.release();
            assertThat(socket.receivesText()).isEqualTo("43/slow,0[1]");
        }
    }

    @Test
    void callsClientThatAwaitsItsOwnAck() {
        try (WebSocketClient socket = connected("/custom")) {
            assertThat(socket.receivesText()).startsWith("42/custom,[\"auth\"");
            socket.sends("42/custom,0[\"ask-me\",\"of\"]");
            assertThat(socket.receivesText()).isEqualTo("42/custom,0[\"question\",\"of\"]");
            socket.sends("42/custom,1[\"message-with-ack\",\"own\"]");
            assertThat(socket.receivesText()).isEqualTo("43/custom,1[\"own\"]");
            socket.sends("43/custom,0[\"answer\"]");
            assertThat(socket.receivesText()).isEqualTo("43/custom,0[\"answer\"]");
        }
    }

    @Test
    void keepsOrderOfPublicationsOfHandlersThatDoNotWait() {
        try (WebSocketClient socket = connected("/slow")) {
            socket.sends("42/slow,0[\"join\",1]");
            assertThat(socket.receivesText()).isEqualTo("43/slow,0[1]");
            for (int i = 0; i < 500; i++) {
                socket.sends("42/slow,[\"say\"," + i + "]");
            }
            for (int i = 0; i < 500; i++) {
                assertThat(socket.receivesText()).isEqualTo("42/slow,[\"room\",\"" + i + "\"]");
            }
        }
    }

    @Test
    void runsAsManyHandlersAtOnceAsConfigured() {
        Limits ten = Limits.DEFAULT.handlersAtOnce(10);
        assertThat(handlersAtOnce(io -> io.namespace("/n", _ -> {}))).isEqualTo(100);
        assertThat(handlersAtOnce(io -> io.namespace("/n", at -> at.limits(ten)))).isEqualTo(10);
        assertThat(handlersAtOnce(io -> io.namespace("/n", at -> at.limits(ten)).oneAtATime("/n")))
                .isOne();
    }

    private static int handlersAtOnce(UnaryOperator<SocketIo> change) {
        try (House house = House.open(null, change);
                Poller poller = Poller.open(house.url())) {
            assertThat(poller.post("40/n").body()).isEqualTo("ok");
            assertThat(poller.poll().body()).startsWith("40/n,{");
            return house.fanfare.sessions().getFirst().endpoint().limits().handlersAtOnce();
        }
    }

    @Test
    void logsOneLineWhenClientDoesNotAnswerCall() {
        Logger logger = (Logger) LoggerFactory.getLogger("dev.fanfare.core.Commands");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try (WebSocketClient socket = connected("/slow")) {
            socket.sends("42/slow,0[\"ask\",1]");
            assertThat(socket.receivesText()).isEqualTo("42/slow,0[\"question\",1]");
            eventually(() -> assertThat(log.list).isNotEmpty());
            ILoggingEvent line = log.list.getFirst();
            assertThat(line.getLevel()).isEqualTo(Level.INFO);
            assertThat(line.getFormattedMessage())
                    .startsWith("the handler ask was not answered by its client, session=")
                    .endsWith(": no ack within 50 ms");
            assertThat(line.getThrowableProxy()).isNull();
        } finally {
            logger.detachAppender(log);
        }
    }
}

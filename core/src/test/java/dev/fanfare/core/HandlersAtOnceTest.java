// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Handlers of one session, where more than one may run at once: they begin in order, and one that
/// waits holds up nobody.
@Timeout(60)
final class HandlersAtOnceTest {
    private static final Duration LOOK = Duration.ofMillis(5);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Semaphore go = new Semaphore(0);
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final List<String> heard = new ArrayList<>();
    private volatile boolean working = true;
    private final House house =
            House.with(ChannelRules.DEFAULT)
                    .limits(Limits.DEFAULT.handlersAtOnce(3).handlerTimeout(TIMEOUT))
                    .handlers(
                            Map.of(
                                    "waits",
                                    (_, data) -> {
                                        begun(data);
                                        go.acquire();
                                        return data;
                                    },
                                    "works",
                                    (_, data) -> {
                                        begun(data);
                                        while (working) {
                                            Thread.onSpinWait();
                                        }
                                        return data;
                                    },
                                    "echo",
                                    (_, data) -> {
                                        begun(data);
                                        return data;
                                    }));

    @AfterEach
    void letGo() {
        working = false;
        go.release(100);
    }

    @Test
    void beginsNextHandlerWhilePreviousWaits() {
        MemoryTransport ada = house.connect("ada");
        send(ada, 1, "waits");
        send(ada, 2, "echo");
        hears(ada, "2 answer 2");
        go.release();
        hears(ada, "2 answer 2", "1 answer 1");
    }

    @Test
    void beginsNextHandlerAfterPreviousThatDoesNotWait() throws InterruptedException {
        MemoryTransport ada = house.connect("ada");
        send(ada, 1, "works");
        send(ada, 2, "echo");
        eventually(() -> assertThat(log).containsExactly("1"));
        lookOften();
        assertThat(log).containsExactly("1");
        working = false;
        hears(ada, "1 answer 1", "2 answer 2");
    }

    @Test
    void beginsHandlersInOrderUpToLimit() throws InterruptedException {
        MemoryTransport ada = house.connect("ada");
        for (int id = 1; id <= 5; id++) {
            send(ada, id, "waits");
        }
        begin("1", "2", "3");
        lookOften();
        assertThat(log).containsExactly("1", "2", "3");
        go.release();
        begin("1", "2", "3", "4");
        go.release(4);
        begin("1", "2", "3", "4", "5");
    }

    @Test
    void finishesEachHandlerFirstWhenLimitIsOne() throws InterruptedException {
        house.limits(Limits.DEFAULT);
        MemoryTransport ada = house.connect("ada");
        send(ada, 1, "waits");
        send(ada, 2, "echo");
        begin("1");
        lookOften();
        assertThat(log).containsExactly("1");
        go.release();
        hears(ada, "1 answer 1", "2 answer 2");
    }

    @Test
    void beginsNoHandlerBeforeOpenedHasFinished() throws InterruptedException {
        house.lifecycle(
                new Endpoint.Lifecycle() {
                    @Override
                    public void opened(Session session) throws InterruptedException {
                        log.add("opened");
                        go.acquire();
                        log.add("opened in full");
                    }
                });
        MemoryTransport ada = house.connect("ada");
        send(ada, 1, "echo");
        begin("opened");
        lookOften();
        go.release();
        hears(ada, "1 answer 1");
        assertThat(log).containsExactly("opened", "opened in full", "1");
    }

    @Test
    void runsClosedHookAfterLastHandlerHasFinished() throws InterruptedException {
        house.lifecycle(
                new Endpoint.Lifecycle() {
                    @Override
                    public void closed(Session session, Close close) {
                        log.add("closed");
                    }
                });
        MemoryTransport ada = house.connect("ada");
        send(ada, 1, "waits");
        send(ada, 2, "echo");
        house.loop.in(() -> ada.session().closed(Close.LOST));
        begin("1", "2");
        lookOften();
        assertThat(log).containsExactly("1", "2");
        go.release();
        begin("1", "2", "closed");
    }

    @Test
    void interruptsEachHandlerAtItsDeadline() {
        MemoryTransport ada = house.connect("ada");
        send(ada, 1, "waits");
        send(ada, 2, "waits");
        begin("1", "2");
        house.pass(TIMEOUT.plusSeconds(1));
        hears(
                ada,
                "1 refused unavailable handler-timeout",
                "2 refused unavailable handler-timeout");
        send(ada, 3, "echo");
        hears(
                ada,
                "1 refused unavailable handler-timeout",
                "2 refused unavailable handler-timeout",
                "3 answer 3");
    }

    private void begun(byte[] data) {
        log.add(new String(data, StandardCharsets.UTF_8));
    }

    private void send(MemoryTransport to, long id, String handler) {
        byte[] data = String.valueOf(id).getBytes(StandardCharsets.UTF_8);
        house.receive(to, new Command.Send(id, handler, data));
    }

    /// Threads have been looked at as often as it takes, whatever they did, and what that let begin
    /// has begun.
    private void lookOften() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            house.clock.advance(LOOK);
        }
        Thread.startVirtualThread(() -> {}).join();
    }

    private void begin(String... names) {
        eventually(() -> {
            house.clock.advance(LOOK);
            assertThat(log).containsExactly(names);
        });
    }

    /// Everything heard since the session was opened.
    private void hears(MemoryTransport who, String... lines) {
        eventually(() -> {
            house.clock.advance(LOOK);
            house.loop.runAll();
            heard.addAll(who.take());
            assertThat(heard).containsExactly(lines);
        });
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the server's own code does not finish is interrupted and told, and holds nothing else.
@Timeout(60)
final class HandlerTimeoutTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Semaphore begun = new Semaphore(0);
    private final Semaphore interrupted = new Semaphore(0);
    private final CountDownLatch never = new CountDownLatch(1);
    private final List<String> closed = new ArrayList<>();
    private final House house =
            House.with(ChannelRules.DEFAULT)
                    .limits(
                            Limits.DEFAULT
                                    .handlerTimeout(TIMEOUT)
                                    .heartbeat(
                                            new Limits.Heartbeat(
                                                    Duration.ofHours(1), Duration.ofHours(1))))
                    .handlers(
                            Map.of(
                                    "hangs", (_, _) -> hang(),
                                    "stuck", (_, _) -> ignoreInterruptions(),
                                    "echo", (_, data) -> data));

    @AfterEach
    void letGo() {
        never.countDown();
    }

    @Test
    void answersAndGoesOnWhenHandlerNeverReturns() throws InterruptedException {
        MemoryTransport ada = house.connect("ada");
        send(ada, 1, "hangs");
        send(ada, 2, "echo");
        begun.acquire();
        house.pass(TIMEOUT);
        assertThat(ada.take()).isEmpty();
        house.pass(Duration.ofSeconds(1));
        interrupted.acquire();
        hears(ada, "1 refused unavailable handler-timeout", "2 answer x");
    }

    @Test
    void dropsReplyOfHandlerThatReturnsLate() throws InterruptedException {
        MemoryTransport ada = house.connect("ada");
        send(ada, 1, "stuck");
        begun.acquire();
        house.pass(TIMEOUT.plusSeconds(1));
        send(ada, 2, "echo");
        hears(ada, "1 refused unavailable handler-timeout", "2 answer x");
        never.countDown();
        interrupted.acquire();
        send(ada, 3, "echo");
        hears(ada, "3 answer x");
    }

    @Test
    void refusesMessagesWhileTooManyHandlersIgnoreTheirInterruption() throws InterruptedException {
        MemoryTransport ada = house.connect("ada");
        for (int id = 1; id <= SerialTasks.MOST_ABANDONED; id++) {
            send(ada, id, "stuck");
            begun.acquire();
            house.pass(TIMEOUT.plusSeconds(1));
            hears(ada, id + " refused unavailable handler-timeout");
        }
        send(ada, 9, "echo");
        hears(ada, "9 refused too_many_requests waiting-messages");
        never.countDown();
        interrupted.acquire(SerialTasks.MOST_ABANDONED);
        List<String> answers = new ArrayList<>();
        eventually(() -> {
            send(ada, 10, "echo");
            house.loop.runAll();
            answers.addAll(ada.take());
            assertThat(answers).contains("10 answer x");
        });
    }

    @Test
    void runsClosedHookBehindHandlerThatNeverReturns() throws InterruptedException {
        house.lifecycle(
                new Endpoint.Lifecycle() {
                    @Override
                    public void closed(Session session, Close close) {
                        closed.add(session.user());
                        begun.release();
                    }
                });
        MemoryTransport ada = house.connect("ada");
        send(ada, 1, "hangs");
        begun.acquire();
        house.loop.in(() -> ada.session().closed(Close.LOST));
        house.pass(TIMEOUT.plusSeconds(1));
        begun.acquire();
        assertThat(closed).containsExactly("ada");
    }

    @Test
    void runsMessagesBehindHookThatNeverReturns() throws InterruptedException {
        house.lifecycle(
                new Endpoint.Lifecycle() {
                    @Override
                    public void opened(Session session) throws InterruptedException {
                        hang();
                    }
                });
        MemoryTransport ada = house.connect("ada");
        send(ada, 1, "echo");
        begun.acquire();
        house.pass(TIMEOUT.plusSeconds(1));
        hears(ada, "1 answer x");
    }

    @Test
    void clientIsToldToComeBackWhenAuthenticatorNeverReturns() throws InterruptedException {
        house.limits(Limits.DEFAULT.connectWithin(TIMEOUT))
                .authenticator(_ -> {
                    ignoreInterruptions();
                    return Authenticator.anonymous();
                });
        MemoryTransport ada = house.open();
        house.receive(ada, new Command.Connect(1, 1, "ada"));
        begun.acquire();
        house.pass(TIMEOUT.plusSeconds(1));
        hears(ada, "1 refused unavailable handler-timeout", "disconnect 1013");
        assertThat(ada.closed()).isEqualTo(Close.TRY_LATER);
    }

    @Test
    void refusesRefreshWhenAuthenticatorNeverReturns() throws InterruptedException {
        house.authenticator(_ -> {
            ignoreInterruptions();
            return Authenticator.anonymous();
        });
        MemoryTransport ada = house.connect("ada");
        house.receive(ada, new Command.Refresh(1, "ada"));
        begun.acquire();
        house.pass(TIMEOUT.plusSeconds(1));
        hears(ada, "1 refused unavailable handler-timeout");
        assertThat(ada.session().connected()).isTrue();
    }

    @Test
    void sendsPublicationsWhenSnapshotIsNeverRead() throws InterruptedException {
        MemoryTransport ada = house.connect("ada");
        house.loop.in(() ->
                ada.session()
                        .subscribe(
                                "news",
                                (Snapshot)
                                        () -> {
                                            hang();
                                            return null;
                                        }));
        begun.acquire();
        house.publish("news", "meanwhile");
        house.loop.runAll();
        assertThat(ada.take()).singleElement().asString().startsWith("subscribed news");
        house.pass(TIMEOUT.plusSeconds(1));
        assertThat(ada.take().toString()).matches(".*failed unavailable.*meanwhile.*");
    }

    private void send(MemoryTransport to, long id, String handler) {
        house.receive(to, new Command.Send(id, handler, "x".getBytes(StandardCharsets.UTF_8)));
    }

    private byte @Nullable [] hang() throws InterruptedException {
        begun.release();
        try {
            never.await();
        } catch (InterruptedException e) {
            interrupted.release();
            throw e;
        }
        return null;
    }

    private byte[] ignoreInterruptions() {
        begun.release();
        boolean over = false;
        while (!over) {
            try {
                never.await();
                over = true;
            } catch (InterruptedException ignored) {
                // as code that does not care
            }
        }
        interrupted.release();
        return new byte[0];
    }

    private void hears(MemoryTransport who, String... lines) {
        List<String> heard = new ArrayList<>();
        eventually(() -> {
            house.loop.runAll();
            heard.addAll(who.take());
            assertThat(heard).containsExactly(lines);
        });
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.fanfare.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// An error while one session is served ends that session, and neither its loop nor a timer.
final class OutOfMemoryTest {
    private final AtomicBoolean exhausted = new AtomicBoolean();
    private final House house =
            House.with(ChannelRules.DEFAULT.history(10, Duration.ofMinutes(1)))
                    .encoder(new Exhausted(exhausted));

    @Test
    void cutsSessionThatCannotBeWrittenToAndServesOthers() {
        MemoryTransport victim = listener("victim");
        MemoryTransport other = listener("other");
        victim.whenAsked(OutOfMemoryTest::fail);

        house.publish("news", "one");
        house.loop.runAll();
        house.publish("news", "two");
        house.loop.runAll();

        assertThat(victim.closed()).isEqualTo(Close.LOST);
        assertThat(words(other)).containsExactly("one", "two");
        assertThat(house.hub.counts().sessions()).isEqualTo(1);
    }

    @Test
    void readsHistoryAfterPublicationThatCouldNotBeEncoded() {
        MemoryTransport ada = listener("ada");

        exhausted.set(true);
        house.publish("news", "one");
        exhausted.set(false);
        house.publish("news", "two");
        house.loop.runAll();

        assertThat(words(ada)).containsExactly("one", "two");
    }

    @Test
    void cutsSessionWhoseHistoryCannotBeEncoded() {
        MemoryTransport ada = listener("ada");
        exhausted.set(true);
        house.publish("news", "one");
        house.loop.runAll();
        assertThat(ada.closed()).isEqualTo(Close.LOST);
    }

    @Test
    void looksAfterOtherSessionsWhenOneFails() {
        house.limits(
                Limits.DEFAULT.heartbeat(
                        new Limits.Heartbeat(Duration.ofSeconds(5), Duration.ofSeconds(5))));
        house.encoder(new Exhausted(new AtomicBoolean(true)));
        MemoryTransport before = house.connect("before");
        MemoryTransport victim = house.connect("victim");
        house.encoder(House.LINES);
        MemoryTransport after = house.connect("after");
        before.take();
        after.take();

        house.pass(Duration.ofSeconds(7));

        assertThat(victim.closed()).isEqualTo(Close.LOST);
        assertThat(before.closed()).isEqualTo(Close.LOST);
        assertThat(after.take()).contains("ping");
    }

    @Test
    void runsTasksInOrderOnceThereIsThreadForThem() throws InterruptedException {
        AtomicInteger refused = new AtomicInteger();
        Executor threads =
                run -> {
                    if (refused.incrementAndGet() <= 3) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    Thread.startVirtualThread(run);
                };
        SerialTasks tasks = tasks(threads);
        BlockingQueue<String> done = new LinkedBlockingQueue<>();
        for (String name : List.of("first", "next")) {
            assertThat(
                            tasks.offer(
                                    9,
                                    new SerialTasks.Task(
                                            name, () -> () -> done.add(name), () -> {})))
                    .isTrue();
        }
        assertThat(done).isEmpty();

        tasks.check(house.clock.nanos());
        assertThat(done).isEmpty();
        tasks.check(house.clock.nanos());
        assertThat(done.poll(20, TimeUnit.SECONDS)).isEqualTo("first");
        assertThat(done.poll(20, TimeUnit.SECONDS)).isEqualTo("next");
    }

    private SerialTasks tasks(Executor threads) {
        return new SerialTasks(
                "session", Limits.DEFAULT, house.clock, threads, ConcurrentHashMap.newKeySet());
    }

    @Test
    void runsNextTaskAfterOutcomeThatFails() throws InterruptedException {
        CountDownLatch next = new CountDownLatch(1);
        SerialTasks tasks = tasks(Thread::startVirtualThread);
        tasks.add(new SerialTasks.Task("first", () -> OutOfMemoryTest::fail, () -> {}));
        tasks.add(new SerialTasks.Task("next", () -> next::countDown, () -> {}));
        assertThat(next.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void sweepsAgainAfterSweepThatFailed() {
        Reluctant loop = new Reluctant();
        MemoryTransport ada = house.connect("ada");
        assertThat(ada.closed()).isNull();
        house.hub.open(house.endpoint(), new Elsewhere(loop), Credentials.NONE);
        loop.refuses = true;
        assertThatThrownBy(() -> house.clock.advance(Duration.ofSeconds(1)))
                .isInstanceOf(InternalError.class);

        loop.refuses = false;
        house.clock.advance(Duration.ofSeconds(1));

        assertThat(loop.tasks).isNotEmpty();
    }

    @Test
    void logsErrorOfTimer() {
        List<ILoggingEvent> logged =
                logged(
                        SystemClock.class,
                        () -> {
                            try (SystemClock clock = new SystemClock()) {
                                CountDownLatch ran = new CountDownLatch(1);
                                clock.after(Duration.ZERO, OutOfMemoryTest::fail);
                                clock.after(Duration.ofMillis(1), ran::countDown);
                                eventually(() -> assertThat(ran.getCount()).isZero());
                            }
                        });
        assertThat(logged)
                .extracting(ILoggingEvent::getFormattedMessage)
                .contains("a timer's task failed");
    }

    @Test
    void logsOneLineOfFloodInThirtySeconds() {
        ManualClock clock = new ManualClock();
        List<ILoggingEvent> logged =
                logged(
                        OutOfMemoryTest.class,
                        () -> {
                            FailureLog log =
                                    new FailureLog(
                                            LoggerFactory.getLogger(OutOfMemoryTest.class), clock);
                            for (int i = 0; i < 100; i++) {
                                log.warn("a thing failed", new OutOfMemoryError("as planned"));
                            }
                            clock.advance(Duration.ofSeconds(30));
                            log.warn("a thing failed", new OutOfMemoryError("as planned"));
                        });
        String line = "a thing failed: java.lang.OutOfMemoryError: as planned";
        assertThat(logged)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(line, line + " (99 more since the last such line)");
    }

    private MemoryTransport listener(String user) {
        MemoryTransport transport = house.connect(user);
        house.subscribe(transport, "news");
        house.loop.runAll();
        transport.take();
        return transport;
    }

    /// The payloads of the publications that came.
    private static List<String> words(MemoryTransport transport) {
        return transport.take().stream()
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .toList();
    }

    /// As for want of memory; but an [OutOfMemoryError] that reaches JUnit ends it.
    private static void fail() {
        throw new InternalError("as planned");
    }

    private static List<ILoggingEvent> logged(Class<?> of, Runnable deed) {
        Logger logger = (Logger) LoggerFactory.getLogger(of);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            deed.run();
        } finally {
            logger.detachAppender(log);
        }
        return log.list;
    }

    /// Has no memory for publications and pings while that is set.
    private record Exhausted(AtomicBoolean now) implements Encoder {
        @Override
        public byte @Nullable [] push(Push push) {
            if (now.get() && (push instanceof Push.Delivery || push instanceof Push.Ping)) {
                fail();
            }
            return House.LINES.push(push);
        }

        @Override
        public byte @Nullable [] reply(long id, Reply reply) {
            return House.LINES.reply(id, reply);
        }
    }

    /// A loop that may take no tasks.
    private static final class Reluctant implements Loop {
        final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        boolean refuses;

        @Override
        public void execute(Runnable task) {
            if (refuses) {
                fail();
            }
            tasks.add(task);
        }

        @Override
        public boolean inLoop() {
            return true;
        }
    }

    private record Elsewhere(Loop loop) implements Transport {
        @Override
        public boolean writable() {
            return true;
        }

        @Override
        public long pending() {
            return 0;
        }

        @Override
        public void write(io.netty.buffer.ByteBuf frames) {
            frames.release();
        }

        @Override
        public void flush() {}

        @Override
        public void ping() {}

        @Override
        public void close(Close close) {}
    }
}

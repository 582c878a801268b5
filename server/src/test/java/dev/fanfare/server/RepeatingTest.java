// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Environment;
import dev.fanfare.testkit.ManualClock;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RepeatingTest {
    private final ManualClock clock = new ManualClock();
    private final Environment environment = new Environment(clock, new Random(1));

    @Test
    void runsWithinTheTimeAgainAndAgainEvenWhenItFails() {
        AtomicInteger runs = new AtomicInteger();
        try (Repeating _ =
                Repeating.every(
                        Duration.ofSeconds(10),
                        "test",
                        environment,
                        () -> {
                            runs.incrementAndGet();
                            throw new IllegalStateException("as planned");
                        })) {
            clock.advance(Duration.ofSeconds(4));
            assertThat(runs).as("not before half of it").hasValue(0);
            for (int round = 1; round <= 3; round++) {
                int expected = round;
                eventually(() -> {
                    clock.advance(Duration.ofSeconds(10));
                    assertThat(runs).hasValueGreaterThanOrEqualTo(expected);
                });
            }
        }
        eventually(() -> assertThat(clock.pending()).isZero());
    }

    @Test
    @Timeout(60)
    void runsAgainWhenARunNeverEnds() throws InterruptedException {
        Semaphore begun = new Semaphore(0);
        Semaphore interrupted = new Semaphore(0);
        CountDownLatch never = new CountDownLatch(1);
        try (Repeating _ =
                Repeating.every(
                        Duration.ofSeconds(10),
                        "test",
                        environment,
                        () -> {
                            begun.release();
                            try {
                                never.await();
                            } catch (InterruptedException e) {
                                interrupted.release();
                                throw e;
                            }
                        })) {
            clock.advance(Duration.ofSeconds(10));
            begun.acquire();
            clock.advance(Duration.ofSeconds(30));
            interrupted.acquire();
            clock.advance(Duration.ofSeconds(10));
            begun.acquire();
        }
    }
}

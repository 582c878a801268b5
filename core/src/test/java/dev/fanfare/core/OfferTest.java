// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a session has no room for is offered again, and not refused.
final class OfferTest {
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore go = new Semaphore(0);
    private final House house =
            House.with(ChannelRules.DEFAULT)
                    .handlers(
                            Map.of(
                                    "slow",
                                    (_, _) -> {
                                        begun.release();
                                        go.acquire();
                                        return null;
                                    }));

    @AfterEach
    void letGo() {
        go.release(10_000);
    }

    @Test
    void takesNothingWhileQueueIsFullAndResumesWhenTenthOfItIsFree() throws InterruptedException {
        MemoryTransport ada = house.connect("ada");
        assertThat(offer(ada)).isTrue();
        begun.acquire();
        for (int i = 0; i < 1_000; i++) {
            assertThat(offer(ada)).isTrue();
        }
        assertThat(offer(ada)).isFalse();
        go.release(99);
        begun.acquire(99);
        house.loop.runAll();
        assertThat(ada.resumes()).isZero();
        go.release();
        begun.acquire();
        resumed(ada, 1);
        assertThat(offer(ada)).isTrue();
        assertThat(heard(ada)).allMatch(line -> line.contains("answer"));
    }

    @Test
    void takesNothingOverRateAndResumesWhenTimeHasPassed() {
        house.limits(Limits.DEFAULT.rate(new Limits.Rate(100, 10, 1_000)));
        MemoryTransport ada = house.connect("ada");
        for (int i = 0; i < 10; i++) {
            assertThat(offer(ada)).isTrue();
        }
        assertThat(offer(ada)).isFalse();
        house.clock.advance(Duration.ofMillis(19));
        house.loop.runAll();
        assertThat(ada.resumes()).isZero();
        house.clock.advance(Duration.ofMillis(1));
        resumed(ada, 1);
        assertThat(offer(ada)).isTrue();
        assertThat(offer(ada)).isTrue();
        assertThat(offer(ada)).isFalse();
        assertThat(heard(ada)).isEmpty();
        assertThat(ada.closed()).isNull();
    }

    @Test
    void takesNothingOverRateOfUser() {
        house.limits(Limits.DEFAULT.rate(new Limits.Rate(100, 10, 50)));
        MemoryTransport one = house.connect("ada");
        MemoryTransport other = house.connect("ada");
        for (int i = 0; i < 4; i++) {
            assertThat(offer(one)).isTrue();
        }
        assertThat(offer(other)).isTrue();
        assertThat(offer(other)).isFalse();
        house.clock.advance(Duration.ofMillis(20));
        resumed(other, 1);
        assertThat(offer(other)).isTrue();
        assertThat(heard(other)).isEmpty();
    }

    private boolean offer(MemoryTransport to) {
        boolean[] taken = new boolean[1];
        house.loop.in(
                () -> taken[0] = to.session().offer(new Command.Send(1, "slow", new byte[1])));
        return taken[0];
    }

    private void resumed(MemoryTransport who, int times) {
        eventually(() -> {
            house.loop.runAll();
            assertThat(who.resumes()).isEqualTo(times);
        });
    }

    private List<String> heard(MemoryTransport who) {
        house.loop.runAll();
        return new ArrayList<>(who.take());
    }
}

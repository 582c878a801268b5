// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.engine.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ManualClockTest {
    private final ManualClock clock = new ManualClock();
    private final List<String> ran = new ArrayList<>();

    @Test
    void runsWhatIsDueInOrderAndNothingElse() {
        clock.after(Duration.ofSeconds(3), () -> ran.add("third"));
        clock.after(Duration.ofSeconds(1), () -> ran.add("first"));
        clock.after(Duration.ofSeconds(1), () -> ran.add("second"));
        clock.after(Duration.ofSeconds(4), () -> ran.add("later"));

        clock.advance(Duration.ofSeconds(3));

        assertThat(ran).containsExactly("first", "second", "third");
        assertThat(clock.pending()).isEqualTo(1);
    }

    @Test
    void standsAtTheDeadlineOfWhatRuns() {
        long start = clock.millis();
        clock.after(Duration.ofSeconds(2), () -> ran.add("at " + (clock.millis() - start)));

        clock.advance(Duration.ofSeconds(5));

        assertThat(ran).containsExactly("at 2000");
        assertThat(clock.millis() - start).isEqualTo(5000);
        assertThat(clock.nanos()).isEqualTo(5_000_000_000L);
    }

    @Test
    void runsWhatATaskSchedulesWithinTheSameStretch() {
        clock.after(Duration.ofSeconds(1), this::tick);

        clock.advance(Duration.ofSeconds(3));

        assertThat(ran).containsExactly("tick", "tick", "tick");
    }

    private void tick() {
        ran.add("tick");
        clock.after(Duration.ofSeconds(1), this::tick);
    }

    @Test
    void doesNotRunWhatWasCancelled() {
        Clock.Timer timer = clock.after(Duration.ofSeconds(1), () -> ran.add("cancelled"));
        timer.cancel();
        timer.cancel();

        clock.advance(Duration.ofSeconds(2));

        assertThat(ran).isEmpty();
    }

    @Test
    void runsEachTaskOnceWhenTwoThreadsAdvance() throws InterruptedException {
        AtomicInteger runs = new AtomicInteger();
        for (int i = 0; i < 10_000; i++) {
            clock.after(Duration.ofMillis(i), runs::incrementAndGet);
        }
        Thread other = Thread.ofVirtual().start(() -> clock.advance(Duration.ofSeconds(10)));
        clock.advance(Duration.ofSeconds(10));
        other.join();

        assertThat(runs).hasValue(10_000);
    }

    @Test
    void neverGoesBack() {
        assertThatThrownBy(() -> clock.advance(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void showsWhatATaskThrows() {
        clock.after(
                Duration.ZERO,
                () -> {
                    throw new IllegalStateException("planted");
                });
        assertThatThrownBy(() -> clock.advance(Duration.ZERO)).hasMessage("planted");
    }
}

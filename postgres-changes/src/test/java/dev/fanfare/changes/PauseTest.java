// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class PauseTest {
    private static final Settings.Backoff BACKOFF =
            new Settings.Backoff(Duration.ofMillis(100), Duration.ofSeconds(1));

    /// Draws the largest number there is.
    private static final class Largest extends Random {
        @Override
        public long nextLong(long bound) {
            return bound - 1;
        }
    }

    @Test
    void theBoundDoublesUpToTheMostAndBeginsAnewAfterSuccess() {
        Pause pause = new Pause(BACKOFF, new Largest());
        List<Long> bounds = Stream.generate(pause::next).limit(6).map(Duration::toMillis).toList();
        assertThat(bounds).containsExactly(100L, 200L, 400L, 800L, 1000L, 1000L);
        pause.reset();
        assertThat(pause.next()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void theJitterIsFull() {
        Pause pause = new Pause(BACKOFF, new Random(1));
        List<Long> drawn =
                Stream.generate(pause::next).limit(1_000).map(Duration::toMillis).toList();
        assertThat(drawn).allMatch(ms -> ms >= 0 && ms <= 1000);
        assertThat(drawn).anyMatch(ms -> ms < 50).anyMatch(ms -> ms > 950);
    }
}

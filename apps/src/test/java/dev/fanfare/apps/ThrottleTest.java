// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testkit.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    @Test
    void anAddressHasItsBurstAndThenItsRate() {
        ManualClock clock = new ManualClock();
        Throttle throttle = new Throttle(clock, 2, 3);
        for (int i = 0; i < 3; i++) {
            assertThat(throttle.allows("a")).isTrue();
        }
        assertThat(throttle.allows("a")).isFalse();
        assertThat(throttle.allows("b")).isTrue();
        clock.advance(Duration.ofMillis(500));
        assertThat(throttle.allows("a")).isTrue();
        assertThat(throttle.allows("a")).isFalse();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class EventuallyTest {
    @Test
    void waitsUntilTheAssertionHolds() {
        AtomicInteger tries = new AtomicInteger();
        eventually(() -> assertThat(tries.incrementAndGet()).isEqualTo(3));
        assertThat(tries).hasValue(3);
    }

    @Test
    void showsTheLastFailureWhenItNeverHolds() {
        assertThatThrownBy(() ->
                        eventually(
                                Duration.ofMillis(20),
                                () -> assertThat("what is").isEqualTo("what should be")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("not within 20 ms")
                .hasMessageContaining("what should be");
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TokenBucketTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void itGivesItsBurstAndThenItsRate() {
        TokenBucket bucket = new TokenBucket(3, 0);
        for (int i = 0; i < 3; i++) {
            assertThat(bucket.take(2, 3, 0)).isZero();
        }
        assertThat(bucket.take(2, 3, 0)).isEqualTo(500);
        assertThat(bucket.take(2, 3, SECOND / 2)).isZero();
        assertThat(bucket.take(2, 3, SECOND / 2)).isEqualTo(500);
    }

    @Test
    void itNeverHoldsMoreThanItsBurst() {
        TokenBucket bucket = new TokenBucket(2, 0);
        assertThat(bucket.take(10, 2, 100 * SECOND)).isZero();
        assertThat(bucket.take(10, 2, 100 * SECOND)).isZero();
        assertThat(bucket.take(10, 2, 100 * SECOND)).isEqualTo(100);
    }
}

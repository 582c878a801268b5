// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// Waiting, which ends early when the stream is closed; and how long before trying again.
final class Pause {
    private final Settings.Backoff backoff;
    private final RandomGenerator random;
    private int tries;

    Pause(Settings.Backoff backoff, RandomGenerator random) {
        this.backoff = backoff;
        this.random = random;
    }

    /// @return whether the latch opened
    static boolean isOver(CountDownLatch latch, Duration within) {
        try {
            return latch.await(within.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            // Nobody here interrupts; a listener that was, or did, must not end the stream.
            return false;
        }
    }

    /// Full jitter: anything between nothing and a bound that doubles.
    Duration next() {
        long bound = backoff.least().toNanos();
        for (int i = 0; i < tries && bound < backoff.most().toNanos(); i++) {
            bound *= 2;
        }
        tries++;
        return Duration.ofNanos(random.nextLong(Math.min(bound, backoff.most().toNanos()) + 1));
    }

    void reset() {
        tries = 0;
    }
}

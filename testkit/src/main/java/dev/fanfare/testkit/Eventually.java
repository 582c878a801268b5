// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Waits for an assertion to hold: for what has no event to wait for.
public final class Eventually {
    private static final long PAUSE = Duration.ofMillis(5).toNanos();

    private Eventually() {}

    /// An assertion; it may throw anything while it does not hold yet.
    @FunctionalInterface
    public interface Assertion {
        void check() throws Throwable;
    }

    /// Within 5 seconds.
    public static void eventually(Assertion assertion) {
        eventually(Duration.ofSeconds(5), assertion);
    }

    /// Returns as soon as `assertion` holds; it is tried at least once.
    ///
    /// @throws AssertionError when it did not hold within the time; the cause is its last failure
    public static void eventually(Duration within, Assertion assertion) {
        long deadline = System.nanoTime() + within.toNanos();
        while (true) {
            try {
                assertion.check();
                return;
            } catch (Throwable failure) {
                if (System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted()) {
                    throw new AssertionError(
                            "not within " + within.toMillis() + " ms: " + failure.getMessage(),
                            failure);
                }
            }
            LockSupport.parkNanos(PAUSE);
        }
    }
}

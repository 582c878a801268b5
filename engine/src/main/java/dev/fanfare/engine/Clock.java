// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.engine;

import java.time.Duration;

/// Time, as everything here sees it: what it is now, and what happens later. Tests wind it by hand.
public interface Clock {
    /// Milliseconds since 1970, UTC. May jump.
    long millis();

    /// Nanoseconds from an arbitrary origin; never goes back.
    long nanos();

    /// Runs `task` once, after `delay`, on the clock's own thread: it must not block. What it
    /// throws is logged.
    Timer after(Duration delay, Runnable task);

    /// Something that will happen later.
    interface Timer {
        /// It will not happen, unless it already has.
        void cancel();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Clock;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;

/// The log of a failure that comes in floods when a resource runs out: one line in 30 s, with the
/// number of those between. Any thread.
public final class FailureLog {
    private static final long INTERVAL = Duration.ofSeconds(30).toNanos();

    private final Logger log;
    private final Clock clock;
    private boolean logged;
    private long last;
    private int hidden;

    public FailureLog(Logger log, Clock clock) {
        this.log = log;
        this.clock = clock;
    }

    /// @return whether this one was logged
    public synchronized boolean warn(String what, Throwable cause) {
        long now = clock.nanos();
        if (logged && now - last < INTERVAL) {
            hidden++;
            return false;
        }
        String more = hidden == 0 ? "" : " (" + hidden + " more since the last such line)";
        if (cause instanceof OutOfMemoryError || cause instanceof IOException) {
            // Where it ran out says nothing.
            log.warn("{}: {}{}", what, cause, more);
        } else {
            log.warn("{}{}", what, more, cause);
        }
        logged = true;
        last = now;
        hidden = 0;
        return true;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.time.Duration;

/// Where an [HttpConnection] is, and how long it may be there.
enum HttpPhase {
    /// The first request must come soon.
    FRESH,
    /// Between two requests.
    IDLE,
    /// Some of a request's head has come.
    HEAD,
    BODY,
    HANDLING,
    /// The last response is being written; what still comes is dropped.
    ANSWERED,
    /// The last response is sent; what still comes is dropped until the peer has read it.
    LINGERING,
    OVER;

    private static final long SECOND = 1_000_000_000L;
    private static final long MOST_IDLE = 60 * SECOND;
    private static final long MOST_LINGERING = 2 * SECOND;
    private static final long BODY_GRACE = 5 * SECOND;
    private static final int SLOWEST_BODY = 1_024;

    /// Whether what still comes is dropped.
    boolean ends() {
        return this == ANSWERED || settled();
    }

    /// Whether nothing more is written.
    boolean settled() {
        return this == LINGERING || this == OVER;
    }

    /// Whether it has gone on for too long.
    ///
    /// @param age nanoseconds in this phase
    /// @param read bytes of the body so far
    /// @param headersWithin for a whole head
    boolean overdue(long age, int read, Duration headersWithin) {
        return switch (this) {
            case FRESH, HEAD -> age >= headersWithin.toNanos();
            case IDLE, ANSWERED -> age >= MOST_IDLE;
            case BODY -> age >= BODY_GRACE && read < age / SECOND * SLOWEST_BODY;
            case LINGERING -> age >= MOST_LINGERING;
            case HANDLING, OVER -> false;
        };
    }
}

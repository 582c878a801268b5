// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.time.Duration;

/// Notices that a count stands still.
final class Watchdog {
    private final long patience;
    private long count = -1;
    private long since = System.nanoTime();

    Watchdog(Duration patience) {
        this.patience = patience.toNanos();
    }

    boolean stuck(long current) {
        long now = System.nanoTime();
        if (current != count) {
            count = current;
            since = now;
        }
        return now - since > patience;
    }
}

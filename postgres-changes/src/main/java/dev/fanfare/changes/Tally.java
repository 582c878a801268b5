// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.util.concurrent.atomic.AtomicLong;

/// What is counted beside the changes themselves. Any thread.
final class Tally {
    final AtomicLong snapshotRows = new AtomicLong();
    final AtomicLong reconnects = new AtomicLong();
    final AtomicLong gaps = new AtomicLong();

    /// When last looked.
    volatile long lag;

    volatile long retained;

    Counts counts(Progress progress) {
        return new Counts(
                progress.changes(),
                progress.transactions(),
                snapshotRows.get(),
                reconnects.get(),
                gaps.get(),
                lag,
                retained);
    }
}

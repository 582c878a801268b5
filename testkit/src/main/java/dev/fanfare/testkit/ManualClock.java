// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import dev.fanfare.engine.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Time that stands still until a test winds it.
///
/// [#advance] runs what has become due on the caller's thread, in the order of the deadlines, each
/// with the clock standing at its deadline; what those tasks schedule runs too when it is due
/// within the same stretch. What a task throws ends the advance and reaches the test.
///
/// Thread-safe. No lock is held while a task runs, so a task may use the clock. When two threads
/// advance at once each task still runs once, on one of them.
public final class ManualClock implements Clock {
    private static final long START_MILLIS = 1_800_000_000_000L;

    private final Object lock = new Object();
    private final PriorityQueue<Due> timers =
            new PriorityQueue<>(
                    Comparator.comparingLong((Due due) -> due.deadline)
                            .thenComparingLong(due -> due.sequence));
    private long now;
    private long sequence;

    public ManualClock() {}

    /// 2027-01-15T08:00:00Z at first; every clock begins at the same instant.
    @Override
    public long millis() {
        return START_MILLIS + nanos() / 1_000_000;
    }

    @Override
    public long nanos() {
        synchronized (lock) {
            return now;
        }
    }

    /// Never runs `task` here: a delay of nothing waits for the next [#advance], be it of nothing.
    @Override
    public Timer after(Duration delay, Runnable task) {
        synchronized (lock) {
            long deadline = now + Math.max(0, delay.toNanos());
            Due due = new Due(deadline, sequence++, task);
            timers.add(due);
            return due;
        }
    }

    /// Winds the clock on by `time`, which is not negative.
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time does not go back: " + time);
        }
        long end;
        synchronized (lock) {
            end = now + time.toNanos();
        }
        for (Due due = next(end); due != null; due = next(end)) {
            due.task.run();
        }
    }

    /// How many timers wait; what was cancelled does not.
    public int pending() {
        synchronized (lock) {
            return timers.size();
        }
    }

    /// Takes the next timer due by `end` and moves to its deadline; null and at `end` when none is.
    private @Nullable Due next(long end) {
        synchronized (lock) {
            Due due = timers.peek();
            if (due != null && due.deadline <= end) {
                now = Math.max(now, due.deadline);
                return timers.poll();
            }
            now = Math.max(now, end);
            return null;
        }
    }

    private final class Due implements Timer {
        private final long deadline;
        private final long sequence;
        private final Runnable task;

        Due(long deadline, long sequence, Runnable task) {
            this.deadline = deadline;
            this.sequence = sequence;
            this.task = task;
        }

        @Override
        public void cancel() {
            synchronized (lock) {
                timers.remove(this);
            }
        }
    }
}

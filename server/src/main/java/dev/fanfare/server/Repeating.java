// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Environment;
import dev.fanfare.engine.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does something again and again until it is closed, one run after another, at uneven intervals,
/// so that many nodes do not ask one database in step. A run that takes longer than the interval,
/// and longer than 30 s, is interrupted, and the next one does not wait for it.
public final class Repeating implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Repeating.class);

    private static final Duration LEAST_DEADLINE = Duration.ofSeconds(30);

    private final String name;
    private final Environment environment;
    private final Duration most;
    private final Task task;
    private final Duration deadline;
    private Clock.@Nullable Timer next;
    private boolean closed;

    /// The run of now; null between two.
    private @Nullable Thread running;

    /// What is done. On a virtual thread; what it throws is logged, and it is tried again the next
    /// time.
    @FunctionalInterface
    public interface Task {
        void run() throws Exception;
    }

    private Repeating(String name, Environment environment, Duration most, Task task) {
        this.name = name;
        this.environment = environment;
        this.most = most;
        this.deadline = most.compareTo(LEAST_DEADLINE) > 0 ? most : LEAST_DEADLINE;
        this.task = task;
    }

    /// @param name of the thread, and for the log
    /// @param most the longest time from one end to the next start; the shortest is half of it
    public static Repeating every(Duration most, String name, Environment environment, Task task) {
        Repeating repeating = new Repeating(name, environment, most, task);
        repeating.schedule();
        return repeating;
    }

    private synchronized void schedule() {
        if (!closed) {
            long half = most.toMillis() / 2;
            Duration delay = Duration.ofMillis(half + environment.random().nextLong(half + 1));
            next = environment.clock().after(delay, this::begin);
        }
    }

    private synchronized void begin() {
        if (!closed) {
            Thread thread = Thread.ofVirtual().name(name).unstarted(this::run);
            running = thread;
            next = environment.clock().after(deadline, () -> overdue(thread));
            thread.start();
        }
    }

    private void run() {
        try {
            task.run();
        } catch (Exception | Error e) {
            LOG.warn("{} failed; it is tried again", name, e);
        } finally {
            over(Thread.currentThread());
        }
    }

    private void overdue(Thread thread) {
        if (over(thread)) {
            LOG.warn(
                    "{} did not finish within {} ms and is interrupted; it is tried again",
                    name,
                    deadline.toMillis());
            thread.interrupt();
        }
    }

    /// @return whether it was the run of now
    private synchronized boolean over(Thread thread) {
        if (running != thread) {
            return false;
        }
        running = null;
        if (next != null) {
            next.cancel();
        }
        schedule();
        return true;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (next != null) {
            next.cancel();
        }
    }
}

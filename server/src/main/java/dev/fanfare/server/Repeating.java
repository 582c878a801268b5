// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Environment;
import dev.fanfare.engine.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does something again and again until it is closed, never twice at once, at uneven intervals, so
/// that many nodes do not ask one database in step.
public final class Repeating implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Repeating.class);

    private final String name;
    private final Environment environment;
    private final Duration most;
    private final Task task;
    private Clock.@Nullable Timer next;
    private boolean closed;

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
            next =
                    environment
                            .clock()
                            .after(delay, () -> Thread.ofVirtual().name(name).start(this::run));
        }
    }

    private void run() {
        try {
            task.run();
        } catch (Exception e) {
            LOG.warn("{} failed; it is tried again", name, e);
        } finally {
            schedule();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (next != null) {
            next.cancel();
        }
    }
}

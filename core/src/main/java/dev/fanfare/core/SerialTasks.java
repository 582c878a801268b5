// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs tasks one at a time and in order, on virtual threads; while there is nothing to do there is
/// no thread.
///
/// A task has a deadline, looked at by [#check] about once a second, so that no task needs a timer.
/// One that is over it is interrupted, its outcome is dropped, and the next task begins. A task
/// that ignores the interruption goes on beside the next ones; [#MOST_ABANDONED] of them are the
/// most for which more is taken from the client.
final class SerialTasks {
    private static final Logger LOG = LoggerFactory.getLogger(SerialTasks.class);

    private static final int MOST_MESSAGES = 1_000;
    private static final int MOST_BYTES = 4 << 20;
    static final int MOST_ABANDONED = 8;

    /// As an error tells it.
    static final String BOUND =
            "At most "
                    + MOST_MESSAGES
                    + " messages of a session, and "
                    + MOST_BYTES
                    + " bytes of them, wait for their handlers, and none while "
                    + MOST_ABANDONED
                    + " handlers that did not finish in time still run.";

    /// @param name for the log
    /// @param work what is done, and may block; it answers with what follows if it was in time
    /// @param late what follows if it was not; it must not block
    record Task(String name, Supplier<Runnable> work, Runnable late) {}

    private record Waiting(Task task, int size) {}

    /// @param number of the tasks begun so far
    private record Current(Task task, long number) {}

    private final String session;
    private final Duration deadline;
    private final Set<SerialTasks> running;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(4);
    private boolean draining;

    /// No thread could be started for it; [#check] tries again.
    private boolean stalled;

    private long bytes;
    private @Nullable Current current;
    private @Nullable Thread thread;
    private long begun;

    private Age age = Age.NEW;
    private long seenAt;
    private int abandoned;

    private enum Age {
        /// No [#check] has seen the current task.
        NEW,
        SEEN
    }

    /// @param session for the log
    /// @param running those that have something to do, to be checked about once a second;
    ///   concurrent
    SerialTasks(String session, Duration deadline, Set<SerialTasks> running) {
        this.session = session;
        this.deadline = deadline;
        this.running = running;
    }

    /// What a client asks for: it waits with the bytes of its message, and bounded.
    ///
    /// @param size of the message; the last one that is taken may be over the bound
    /// @return whether it was taken
    synchronized boolean offer(int size, Task task) {
        if (waiting.size() >= MOST_MESSAGES || bytes >= MOST_BYTES || abandoned >= MOST_ABANDONED) {
            return false;
        }
        add(new Waiting(task, size));
        return true;
    }

    /// What the server itself has to do.
    synchronized void add(Task task) {
        add(new Waiting(task, 0));
    }

    private void add(Waiting last) {
        bytes += last.size();
        waiting.add(last);
        if (!draining) {
            draining = true;
            running.add(this);
            start();
        }
    }

    private synchronized void start() {
        try {
            stalled = false;
            Thread.startVirtualThread(this::drain);
        } catch (OutOfMemoryError _) {
            // The operating system has no thread left for it.
            stalled = true;
        }
    }

    private void drain() {
        for (Current next = next(); next != null; next = next()) {
            if (!run(next)) {
                return;
            }
        }
    }

    private synchronized @Nullable Current next() {
        Waiting next = waiting.poll();
        if (next == null) {
            draining = false;
            running.remove(this);
            return null;
        }
        bytes -= next.size();
        begun++;
        current = new Current(next.task(), begun);
        thread = Thread.currentThread();
        age = Age.NEW;
        return current;
    }

    /// Whether it was in time, and this thread goes on.
    private boolean run(Current now) {
        Task task = now.task();
        Runnable outcome = () -> {};
        try {
            outcome = task.work().get();
        } catch (RuntimeException | Error e) {
            LOG.error("a task failed: task={}, session={}", task.name(), session, e);
        }
        if (!finish(now.number())) {
            return false;
        }
        follow(task, outcome);
        return true;
    }

    private synchronized boolean finish(long number) {
        if (current == null || current.number() != number) {
            abandoned--;
            return false;
        }
        current = null;
        return true;
    }

    private void follow(Task task, Runnable outcome) {
        try {
            outcome.run();
        } catch (RuntimeException | Error e) {
            LOG.error("a task failed: task={}, session={}", task.name(), session, e);
        }
    }

    /// Looks whether the current task is over its deadline. Any thread, about once a second.
    ///
    /// @param now of [dev.fanfare.engine.Clock#nanos]
    void check(long now) {
        Task late = overdue(now);
        if (late != null) {
            follow(late, late.late());
            start();
        } else if (stalled()) {
            start();
        }
    }

    private synchronized boolean stalled() {
        return stalled;
    }

    private synchronized @Nullable Task overdue(long now) {
        if (current == null) {
            return null;
        }
        if (age == Age.NEW) {
            age = Age.SEEN;
            seenAt = now;
        }
        if (now - seenAt < deadline.toNanos()) {
            return null;
        }
        Task task = current.task();
        current = null;
        abandoned++;
        LOG.warn(
                "a task did not finish within {} ms and is interrupted: task={}, session={},"
                        + " waiting={}, interrupted and running={}",
                deadline.toMillis(),
                task.name(),
                session,
                waiting.size(),
                abandoned);
        if (thread != null) {
            thread.interrupt();
        }
        return task;
    }
}

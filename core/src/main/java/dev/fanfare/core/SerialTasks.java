// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs a session's tasks on virtual threads; while there is nothing to do there is no thread.
///
/// Tasks begin in order. The next one begins when the previous one has finished or, if
/// [Limits#handlersAtOnce] allows, is waiting: two probes of its thread state, [#PROBE_INTERVAL]
/// apart, find it waiting or blocked. Tasks that do not wait never overlap, and a task that waits
/// does not delay the others. A thread is probed only while tasks are queued behind it.
///
/// A task has a deadline, looked at by [#check] about once a second, so that no task needs a timer.
/// One that is over it is interrupted, its outcome is dropped, and the next task begins. A task
/// that ignores the interruption goes on beside the next ones; [#MOST_ABANDONED] of them are the
/// most for which more is taken from the client.
final class SerialTasks {
    private static final Logger LOG = LoggerFactory.getLogger(SerialTasks.class);

    private static final int MOST_MESSAGES = 1_000;
    private static final int MOST_BYTES = 4 << 20;

    /// Low-water marks: a reader that was stopped by a full queue resumes when a tenth of it is
    /// free.
    private static final int LOW_MESSAGES = MOST_MESSAGES / 10 * 9;

    private static final int LOW_BYTES = MOST_BYTES / 10 * 9;
    static final int MOST_ABANDONED = 8;

    /// Between two probes of a thread that waits; the interval doubles for one that works.
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(5);

    private static final Duration MAX_PROBE_INTERVAL = Duration.ofMillis(80);

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
    /// @param concurrency whether others may run beside it, where several run at once
    record Task(String name, Supplier<Runnable> work, Runnable late, Concurrency concurrency) {
        /// One that others may run beside.
        Task(String name, Supplier<Runnable> work, Runnable late) {
            this(name, work, late, Concurrency.SHARED);
        }
    }

    enum Concurrency {
        SHARED,
        /// It begins when all before it have ended, and those behind it when it has.
        EXCLUSIVE
    }

    private record Waiting(Task task, int size) {}

    private static final class RunningTask {
        private final Task task;
        private final int size;
        private @Nullable Thread thread;
        private Stage stage = Stage.RUNNING;
        private Age age = Age.NEW;
        private long seenAt;
        private boolean seenWaiting;

        /// Whether others have begun while it waits; then its bytes count as waiting.
        private boolean overtaken;

        RunningTask(Waiting begun) {
            this.task = begun.task();
            this.size = begun.size();
        }
    }

    private enum Stage {
        RUNNING,
        DONE,
        /// Over its deadline, and interrupted.
        ABANDONED
    }

    private enum Age {
        /// No [#check] has seen it.
        NEW,
        SEEN
    }

    private final String session;
    private final Duration deadline;
    private final int atOnce;
    private final Clock clock;
    private final Executor threads;
    private final Set<SerialTasks> busy;

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(4);

    /// Of what waits to begin, and of what waits while others run.
    private long bytes;

    /// Runs when there is room again, if a reader waits for that.
    private @Nullable Runnable whenRoom;

    /// In the order in which they began, without those that are abandoned.
    private final List<RunningTask> running = new ArrayList<>(1);

    /// The one that the next waits for.
    private @Nullable RunningTask last;

    private int abandoned;
    private Duration probeAfter = PROBE_INTERVAL;
    private boolean probing;

    /// @param session for the log
    /// @param limits how long tasks may take, and how many may run at once
    /// @param clock for probes
    /// @param threads starts a thread, or fails with [OutOfMemoryError] when there is none
    /// @param busy those that have something to do, to be checked about once a second; concurrent
    SerialTasks(
            String session, Limits limits, Clock clock, Executor threads, Set<SerialTasks> busy) {
        this.session = session;
        this.deadline = limits.handlerTimeout();
        this.atOnce = limits.handlersAtOnce();
        this.clock = clock;
        this.threads = threads;
        this.busy = busy;
    }

    /// What a client asks for: it waits with the bytes of its message, and bounded.
    ///
    /// @param size of the message; the last one that is taken may be over the bound
    /// @return whether it was taken
    synchronized boolean offer(int size, Task task) {
        if (isFull() || abandoned >= MOST_ABANDONED) {
            return false;
        }
        add(new Waiting(task, size));
        return true;
    }

    /// Whether another message may wait. If not, `notified` runs once there is room again; it must
    /// not block.
    synchronized boolean hasRoom(Runnable notified) {
        boolean full = isFull();
        whenRoom = full ? notified : null;
        return !full;
    }

    private boolean isFull() {
        return waiting.size() >= MOST_MESSAGES || bytes >= MOST_BYTES;
    }

    /// What the server itself has to do.
    synchronized void add(Task task) {
        add(new Waiting(task, 0));
    }

    private void add(Waiting added) {
        bytes += added.size();
        waiting.add(added);
        busy.add(this);
        start(next());
        scheduleProbe();
    }

    /// Holding the lock.
    private void start(@Nullable RunningTask first) {
        if (first == null) {
            return;
        }
        try {
            threads.execute(() -> drain(first));
        } catch (OutOfMemoryError _) {
            // The operating system has no thread left for it: [#check] tries again.
            gone(first);
            bytes += first.size;
            waiting.addFirst(new Waiting(first.task, first.size));
        }
    }

    /// Takes the next task, if it may begin. Holding the lock.
    private @Nullable RunningTask next() {
        Waiting head = waiting.peek();
        if (head == null) {
            probeAfter = PROBE_INTERVAL;
            if (running.isEmpty()) {
                busy.remove(this);
            }
            return null;
        }
        boolean alone = head.task().concurrency() == Concurrency.EXCLUSIVE;
        if (last != null || running.size() >= (alone ? 1 : atOnce)) {
            return null;
        }
        waiting.remove();
        bytes -= head.size();
        notifyRoom();
        RunningTask next = new RunningTask(head);
        running.add(next);
        last = next;
        return next;
    }

    private void notifyRoom() {
        Runnable notified = whenRoom;
        if (notified != null && waiting.size() <= LOW_MESSAGES && bytes <= LOW_BYTES) {
            whenRoom = null;
            notified.run();
        }
    }

    private void drain(RunningTask first) {
        for (RunningTask now = first; now != null; now = ended(now)) {
            run(now);
        }
    }

    private void run(RunningTask now) {
        begun(now);
        Task task = now.task;
        Runnable outcome = () -> {};
        try {
            outcome = task.work().get();
        } catch (RuntimeException | Error e) {
            LOG.error("a task failed: task={}, session={}", task.name(), session, e);
        }
        if (inTime(now)) {
            follow(task, outcome);
        }
    }

    private synchronized void begun(RunningTask now) {
        now.thread = Thread.currentThread();
    }

    private synchronized boolean inTime(RunningTask now) {
        if (now.stage == Stage.ABANDONED) {
            return false;
        }
        now.stage = Stage.DONE;
        return true;
    }

    /// What the thread of `now` does next: nothing, if others go on.
    private synchronized @Nullable RunningTask ended(RunningTask now) {
        if (now.stage == Stage.ABANDONED) {
            abandoned--;
            return null;
        }
        gone(now);
        RunningTask next = next();
        scheduleProbe();
        return next;
    }

    private void gone(RunningTask now) {
        running.remove(now);
        if (last == now) {
            last = null;
        }
        if (now.overtaken) {
            bytes -= now.size;
            notifyRoom();
        }
    }

    private void follow(Task task, Runnable outcome) {
        try {
            outcome.run();
        } catch (RuntimeException | Error e) {
            LOG.error("a task failed: task={}, session={}", task.name(), session, e);
        }
    }

    /// Schedules a probe of the last task's thread, if that may let another task begin. Holding the
    /// lock.
    private void scheduleProbe() {
        RunningTask held = last;
        if (probing || waiting.isEmpty() || held == null || running.size() >= atOnce) {
            return;
        }
        if (held.task.concurrency() == Concurrency.SHARED) {
            probing = true;
            clock.after(probeAfter, this::probe);
        }
    }

    private synchronized void probe() {
        probing = false;
        RunningTask held = last;
        if (held != null && isWaiting(held.thread)) {
            probeAfter = PROBE_INTERVAL;
            if (held.seenWaiting) {
                last = null;
                held.overtaken = true;
                bytes += held.size;
                start(next());
            }
            held.seenWaiting = true;
        } else if (held != null) {
            held.seenWaiting = false;
            probeAfter =
                    MAX_PROBE_INTERVAL.compareTo(probeAfter) < 0
                            ? MAX_PROBE_INTERVAL
                            : probeAfter.multipliedBy(2);
        }
        scheduleProbe();
    }

    private static boolean isWaiting(@Nullable Thread thread) {
        return thread != null
                && switch (thread.getState()) {
                    case WAITING, TIMED_WAITING, BLOCKED -> true;
                    case NEW, RUNNABLE, TERMINATED -> false;
                };
    }

    /// Looks whether tasks are over their deadline. Any thread, about once a second.
    ///
    /// @param now of [Clock#nanos]
    void check(long now) {
        for (Task late : overdue(now)) {
            follow(late, late.late());
        }
        resume();
    }

    private synchronized void resume() {
        start(next());
        scheduleProbe();
    }

    private synchronized List<Task> overdue(long now) {
        List<Task> late = new ArrayList<>(0);
        for (RunningTask run : List.copyOf(running)) {
            if (run.stage == Stage.RUNNING && overdue(run, now)) {
                abandon(run);
                late.add(run.task);
            }
        }
        return late;
    }

    private boolean overdue(RunningTask run, long now) {
        if (run.age == Age.NEW) {
            run.age = Age.SEEN;
            run.seenAt = now;
        }
        return now - run.seenAt >= deadline.toNanos();
    }

    private void abandon(RunningTask run) {
        gone(run);
        run.stage = Stage.ABANDONED;
        abandoned++;
        LOG.warn(
                "a task did not finish within {} ms and is interrupted: task={}, session={},"
                        + " waiting={}, interrupted and running={}",
                deadline.toMillis(),
                run.task.name(),
                session,
                waiting.size(),
                abandoned);
        if (run.thread != null) {
            run.thread.interrupt();
        }
    }
}

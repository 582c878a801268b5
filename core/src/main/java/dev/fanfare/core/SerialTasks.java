// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs a session's tasks on virtual threads; while there is nothing to do there is no thread.
///
/// Tasks begin in order. The next one begins when the one before has finished, or, where several
/// may run at once, is seen to wait: two looks at its thread, [#LOOK] apart, find it waiting or
/// blocked. So tasks that wait for nothing do not overlap, and one that waits holds up nobody, not
/// even the client whose answer it waits for. Only a thread that others are queued behind is looked
/// at.
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

    /// Between two looks at a thread that waits; one that works is looked at ever more seldom.
    private static final Duration LOOK = Duration.ofMillis(5);

    private static final Duration SELDOM = Duration.ofMillis(80);

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
    /// @param company whether others may run beside it, where several run at once
    record Task(String name, Supplier<Runnable> work, Runnable late, Company company) {
        /// One that may have company.
        Task(String name, Supplier<Runnable> work, Runnable late) {
            this(name, work, late, Company.OTHERS);
        }
    }

    enum Company {
        OTHERS,
        /// It begins when all before it have ended, and those behind it when it has.
        NONE
    }

    private record Waiting(Task task, int size) {}

    private static final class Run {
        private final Task task;
        private @Nullable Thread thread;
        private Stage stage = Stage.WORKS;
        private Age age = Age.NEW;
        private long seenAt;
        private boolean seenWaiting;

        Run(Task task) {
            this.task = task;
        }
    }

    private enum Stage {
        WORKS,
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
    private final Set<SerialTasks> busy;

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(4);
    private long bytes;

    /// In the order in which they began, without those that are abandoned.
    private final List<Run> running = new ArrayList<>(1);

    /// The one that the next waits for.
    private @Nullable Run last;

    private int abandoned;
    private Duration pause = LOOK;
    private boolean looking;

    /// @param session for the log
    /// @param limits how long tasks may take, and how many may run at once
    /// @param clock for the looks at threads
    /// @param busy those that have something to do, to be checked about once a second; concurrent
    SerialTasks(String session, Limits limits, Clock clock, Set<SerialTasks> busy) {
        this.session = session;
        this.deadline = limits.handlerTimeout();
        this.atOnce = limits.handlersAtOnce();
        this.clock = clock;
        this.busy = busy;
    }

    /// What a client asks for: it waits with the bytes of its message, and bounded.
    ///
    /// @param size of the message; the last one that is taken may be over the bound
    /// @return whether it was taken
    synchronized boolean offer(int size, Task task) {
        if (full() || abandoned >= MOST_ABANDONED) {
            return false;
        }
        add(new Waiting(task, size));
        return true;
    }

    private boolean full() {
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
        look();
    }

    private void start(@Nullable Run first) {
        if (first != null) {
            Thread.startVirtualThread(() -> drain(first));
        }
    }

    /// Takes the next task, if it may begin. Holding the lock.
    private @Nullable Run next() {
        Waiting head = waiting.peek();
        if (head == null) {
            pause = LOOK;
            if (running.isEmpty()) {
                busy.remove(this);
            }
            return null;
        }
        boolean alone = head.task().company() == Company.NONE;
        if (last != null || running.size() >= (alone ? 1 : atOnce)) {
            return null;
        }
        waiting.remove();
        bytes -= head.size();
        Run next = new Run(head.task());
        running.add(next);
        last = next;
        return next;
    }

    private void drain(Run first) {
        for (Run now = first; now != null; now = ended(now)) {
            run(now);
        }
    }

    private void run(Run now) {
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

    private synchronized void begun(Run now) {
        now.thread = Thread.currentThread();
    }

    private synchronized boolean inTime(Run now) {
        if (now.stage == Stage.ABANDONED) {
            return false;
        }
        now.stage = Stage.DONE;
        return true;
    }

    /// What the thread of `now` does next: nothing, if others go on.
    private synchronized @Nullable Run ended(Run now) {
        if (now.stage == Stage.ABANDONED) {
            abandoned--;
            return null;
        }
        gone(now);
        Run next = next();
        look();
        return next;
    }

    private void gone(Run now) {
        running.remove(now);
        if (last == now) {
            last = null;
        }
    }

    private void follow(Task task, Runnable outcome) {
        try {
            outcome.run();
        } catch (RuntimeException e) {
            LOG.error("a task failed: task={}, session={}", task.name(), session, e);
        }
    }

    /// Sees to it that the last task's thread is looked at, if that may let another begin. Holding
    /// the lock.
    private void look() {
        Run held = last;
        if (looking || waiting.isEmpty() || held == null || running.size() >= atOnce) {
            return;
        }
        if (held.task.company() == Company.OTHERS) {
            looking = true;
            clock.after(pause, this::looked);
        }
    }

    private synchronized void looked() {
        looking = false;
        Run held = last;
        if (held != null && waits(held.thread)) {
            pause = LOOK;
            if (held.seenWaiting) {
                last = null;
                start(next());
            }
            held.seenWaiting = true;
        } else if (held != null) {
            held.seenWaiting = false;
            pause = SELDOM.compareTo(pause) < 0 ? SELDOM : pause.multipliedBy(2);
        }
        look();
    }

    private static boolean waits(@Nullable Thread thread) {
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
        look();
    }

    private synchronized List<Task> overdue(long now) {
        List<Task> late = new ArrayList<>(0);
        for (Run run : List.copyOf(running)) {
            if (run.stage == Stage.WORKS && overdue(run, now)) {
                abandon(run);
                late.add(run.task);
            }
        }
        return late;
    }

    private boolean overdue(Run run, long now) {
        if (run.age == Age.NEW) {
            run.age = Age.SEEN;
            run.seenAt = now;
        }
        return now - run.seenAt >= deadline.toNanos();
    }

    private void abandon(Run run) {
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

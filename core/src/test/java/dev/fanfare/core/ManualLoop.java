// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// A loop that runs a task when the test says so.
final class ManualLoop implements Loop {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private volatile @Nullable Thread runner;

    @Override
    public synchronized void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public boolean inLoop() {
        return runner == Thread.currentThread();
    }

    /// Runs one task.
    ///
    /// @return whether there was one
    boolean step() {
        Runnable task;
        synchronized (this) {
            task = tasks.poll();
        }
        if (task == null) {
            return false;
        }
        in(task);
        return true;
    }

    void runAll() {
        while (step()) {
            // until nothing is left
        }
    }

    /// Runs `task` now, as the loop.
    void in(Runnable task) {
        Thread was = runner;
        runner = Thread.currentThread();
        try {
            task.run();
        } finally {
            runner = was;
        }
    }
}

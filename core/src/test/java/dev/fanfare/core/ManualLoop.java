// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.util.ArrayDeque;

/// A loop that runs a task when the test says so.
final class ManualLoop implements Loop {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean running;

    @Override
    public synchronized void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public boolean inLoop() {
        return running;
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
        boolean was = running;
        running = true;
        try {
            task.run();
        } finally {
            running = was;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs tasks one at a time and in order, on virtual threads; while there is nothing to do there is
/// no thread.
final class SerialTasks {
    private static final Logger LOG = LoggerFactory.getLogger(SerialTasks.class);

    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>(4);
    private boolean running;

    synchronized void add(Runnable task) {
        waiting.add(task);
        if (!running) {
            running = true;
            Thread.startVirtualThread(this::drain);
        }
    }

    synchronized int size() {
        return waiting.size();
    }

    private void drain() {
        for (Runnable task = next(); task != null; task = next()) {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOG.error("a session's task failed", e);
            }
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable task = waiting.poll();
        running = task != null;
        return task;
    }
}

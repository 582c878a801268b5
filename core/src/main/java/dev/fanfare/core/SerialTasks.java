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

    private static final int MOST_MESSAGES = 1_000;
    private static final int MOST_BYTES = 4 << 20;

    /// As an error tells it.
    static final String BOUND =
            "At most "
                    + MOST_MESSAGES
                    + " messages of a session, and "
                    + MOST_BYTES
                    + " bytes of them, wait for their handlers.";

    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>(4);
    private boolean running;
    private long bytes;

    /// What a client asks for: it waits with the bytes of its message, and bounded.
    ///
    /// @param size of the message; the last one that is taken may be over the bound
    /// @return whether it was taken
    synchronized boolean offer(int size, Runnable task) {
        if (waiting.size() >= MOST_MESSAGES || bytes >= MOST_BYTES) {
            return false;
        }
        bytes += size;
        add(() -> {
            begun(size);
            task.run();
        });
        return true;
    }

    private synchronized void begun(int size) {
        bytes -= size;
    }

    /// What the server itself has to do.
    synchronized void add(Runnable task) {
        waiting.add(task);
        if (!running) {
            running = true;
            Thread.startVirtualThread(this::drain);
        }
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

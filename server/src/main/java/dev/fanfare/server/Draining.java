// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/// Counts the connections that may owe an answer to an HTTP request, for a server that stops. Any
/// thread.
final class Draining {
    private final AtomicInteger open = new AtomicInteger();
    private final CompletableFuture<Void> answered = new CompletableFuture<>();
    private volatile boolean begun;

    void opened() {
        open.incrementAndGet();
    }

    /// The connection owes no answer, and will owe none.
    void settled() {
        if (open.decrementAndGet() == 0 && begun) {
            answered.complete(null);
        }
    }

    /// Whether the answers of now are the last ones of their connections.
    boolean begun() {
        return begun;
    }

    int open() {
        return open.get();
    }

    /// @return completes when no connection owes an answer
    CompletableFuture<Void> begin() {
        begun = true;
        if (open.get() == 0) {
            answered.complete(null);
        }
        return answered;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.ClientGoneException;
import dev.fanfare.core.ClientTimeoutException;
import dev.fanfare.engine.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Acks that one socket's client still owes us. On the socket's loop.
final class Calls {
    /// What may be open at once.
    private static final int MOST = 1_000;

    private final Map<Long, Call> open = new HashMap<>(0);
    private long next;

    /// Calls that were given up, whose acks may still come.
    private int expired;

    private record Call(CompletableFuture<byte[]> answer, Clock.Timer deadline) {}

    /// @param timer completes the call when its deadline is over
    interface Timers {
        Clock.Timer after(Duration time, Runnable task);
    }

    /// @return the id of the ack, or -1 when there are too many
    long begin(CompletableFuture<byte[]> answer, Duration within, Timers timers) {
        if (open.size() >= MOST) {
            answer.completeExceptionally(
                    new IllegalStateException("more than " + MOST + " acks are awaited"));
            return -1;
        }
        long id = next++;
        Clock.Timer deadline = timers.after(within, () -> late(id, within));
        open.put(id, new Call(answer, deadline));
        return id;
    }

    private void late(long id, Duration within) {
        Call call = open.remove(id);
        if (call != null) {
            expired++;
            call.answer.completeExceptionally(
                    new ClientTimeoutException("no ack within " + within.toMillis() + " ms"));
        }
    }

    /// An ack that comes too late is ignored.
    ///
    /// @return whether the client was asked for it
    boolean acked(long id, byte[] data) {
        Call call = open.remove(id);
        if (call == null) {
            boolean late = expired > 0;
            expired -= late ? 1 : 0;
            return late;
        }
        call.deadline.cancel();
        call.answer.complete(data);
        return true;
    }

    void end() {
        for (Call call : open.values()) {
            call.deadline.cancel();
            call.answer.completeExceptionally(
                    new ClientGoneException("the socket is disconnected"));
        }
        open.clear();
    }
}

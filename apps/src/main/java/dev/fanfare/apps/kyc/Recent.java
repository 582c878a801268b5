// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.Position;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// What was published last, for the channels that were published to last.
///
/// Any thread.
final class Recent {
    private static final int CHANNELS = 4_096;
    private static final int EACH = 64;

    /// Guarded by this.
    private final Map<String, Deque<Sent>> byChannel =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Deque<Sent>> eldest) {
                    return size() > CHANNELS;
                }
            };

    /// Noted before it is published: so whoever looks after a subscription has begun finds
    /// everything that was published before it did.
    ///
    /// @param transaction that made the change, the lower 32 bits of its number
    /// @param acknowledged its position, once it is published
    record Sent(long transaction, Content content, CompletionStage<Position> acknowledged) {
        /// Waits for it, a second at most; null when it was not published.
        @Nullable Position position() {
            CompletableFuture<Position> future = acknowledged.toCompletableFuture();
            try {
                return future.isCompletedExceptionally() ? null : future.get(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            } catch (java.util.concurrent.ExecutionException | TimeoutException _) {
                return null;
            }
        }
    }

    synchronized void add(String channel, Sent sent) {
        Deque<Sent> last = byChannel.computeIfAbsent(channel, _ -> new ArrayDeque<>(1));
        if (last.size() == EACH) {
            last.removeFirst();
        }
        last.addLast(sent);
    }

    /// The newest first.
    synchronized List<Sent> of(String channel) {
        Deque<Sent> last = byChannel.get(channel);
        return last == null ? List.of() : List.copyOf(last).reversed();
    }

    synchronized void clear() {
        byChannel.clear();
    }
}

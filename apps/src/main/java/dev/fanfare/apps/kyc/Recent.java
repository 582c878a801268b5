// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.Position;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// What was published last: enough to know the seconds in which a subscription begins.
///
/// Any thread.
final class Recent {
    private static final int MOST = 16_384;

    /// Both oldest first, and guarded by this: the channels of all, and by channel.
    private final Deque<String> channels = new ArrayDeque<>();

    private final Map<String, Deque<Sent>> byChannel = new HashMap<>();

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
            } catch (ExecutionException | TimeoutException _) {
                return null;
            }
        }
    }

    synchronized void add(String channel, Sent sent) {
        channels.addLast(channel);
        byChannel.computeIfAbsent(channel, _ -> new ArrayDeque<>(1)).addLast(sent);
        if (channels.size() > MOST) {
            byChannel.computeIfPresent(
                    channels.removeFirst(),
                    (_, those) -> {
                        those.removeFirst();
                        return those.isEmpty() ? null : those;
                    });
        }
    }

    synchronized @Nullable Sent newest(String channel) {
        Deque<Sent> those = byChannel.get(channel);
        return those == null ? null : those.peekLast();
    }

    /// The newest that this reader saw.
    synchronized @Nullable Sent newestOf(String channel, Visibility reader) {
        Deque<Sent> those = byChannel.getOrDefault(channel, new ArrayDeque<>(0));
        for (Iterator<Sent> each = those.descendingIterator(); each.hasNext(); ) {
            Sent sent = each.next();
            if (reader.saw(sent.transaction())) {
                return sent;
            }
        }
        return null;
    }

    synchronized void clear() {
        channels.clear();
        byChannel.clear();
    }
}

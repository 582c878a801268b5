// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Clock;
import dev.fanfare.engine.Engine;
import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Inbox;
import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.PublishRequest;
import dev.fanfare.engine.Published;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The engine of one node that may forget: everything is in memory, every answer comes at once, and
/// each start begins new epochs.
///
/// A channel that nobody subscribes to, that nobody is present in and that has nothing kept any
/// more is dropped by a sweep; when it is used again it has another epoch.
public final class MemoryEngine implements Engine {
    private static final Duration SWEEP = Duration.ofSeconds(30);

    /// What waits for users: in how many inboxes, and bytes in all of them.
    private static final int INBOXES = 100_000;

    private static final long INBOX_BYTES = 64 << 20;

    private final Clock clock;
    private final ConcurrentHashMap<String, MemoryHistory> histories = new ConcurrentHashMap<>();
    private final MemoryInboxes inboxes = new MemoryInboxes(INBOXES, INBOX_BYTES);
    private final AtomicLong tags;
    private @Nullable Listener listener;
    private volatile boolean closed;

    public MemoryEngine(Environment environment) {
        this.clock = environment.clock();
        this.tags = new AtomicLong(environment.random().nextLong(1L << 40, 1L << 41));
    }

    @Override
    public void start(Listener hears) {
        listener = hears;
        clock.after(SWEEP, this::sweep);
    }

    @Override
    public CompletionStage<Published> publish(PublishRequest request) {
        return in(request.channel(), history -> history.publish(request, listener()));
    }

    @Override
    public CompletionStage<Position> subscribe(String channel) {
        return in(channel, MemoryHistory::subscribe);
    }

    @Override
    public CompletionStage<Void> unsubscribe(String channel) {
        return in(
                channel,
                history -> {
                    history.unsubscribe();
                    return null;
                });
    }

    @Override
    public CompletionStage<History> history(String channel, HistoryQuery query) {
        return in(channel, history -> history.read(query));
    }

    @Override
    public CompletionStage<Position> reset(String channel) {
        return in(channel, history -> history.reset(listener()));
    }

    @Override
    public CompletionStage<Set<String>> channels(Predicate<String> wanted) {
        return CompletableFuture.completedFuture(
                histories.keySet().stream().filter(wanted).collect(Collectors.toSet()));
    }

    @Override
    public CompletionStage<Void> join(Presence presence) {
        return in(
                presence.channel(),
                history -> {
                    history.join(presence, listener());
                    return null;
                });
    }

    @Override
    public CompletionStage<Void> leave(String channel, String user, String session) {
        return in(
                channel,
                history -> {
                    history.leave(user, session, listener());
                    return null;
                });
    }

    @Override
    public CompletionStage<List<Member>> members(
            String channel, @Nullable String after, int limit) {
        return in(channel, history -> history.members(after, limit));
    }

    @Override
    public CompletionStage<Kept> put(String user, Inbox added, Inbox.Bounds bounds) {
        return CompletableFuture.completedFuture(inboxes.put(user, added, bounds, clock.millis()));
    }

    @Override
    public CompletionStage<Inbox> take(String user) {
        return CompletableFuture.completedFuture(inboxes.take(user, clock.millis()));
    }

    @Override
    public void close() {
        closed = true;
    }

    private Listener listener() {
        if (listener == null) {
            throw new IllegalStateException("the engine is not started");
        }
        return listener;
    }

    /// One step in one channel, under its lock.
    private <T extends @Nullable Object> CompletionStage<T> in(
            String channel, Function<MemoryHistory, T> step) {
        while (true) {
            MemoryHistory history =
                    histories.computeIfAbsent(
                            channel, name -> new MemoryHistory(name, nextTag(), this));
            synchronized (history) {
                if (!history.dropped()) {
                    return CompletableFuture.completedFuture(step.apply(history));
                }
            }
        }
    }

    Clock clock() {
        return clock;
    }

    /// Unique in this process, and hardly ever met again in another.
    String nextTag() {
        return Long.toString(tags.incrementAndGet(), Character.MAX_RADIX);
    }

    private void sweep() {
        if (!closed) {
            // First, so that no failure below is the end of it.
            clock.after(SWEEP, this::sweep);
        }
        histories.values().removeIf(MemoryHistory::dropIfIdle);
        inboxes.sweep(clock.millis());
    }
}

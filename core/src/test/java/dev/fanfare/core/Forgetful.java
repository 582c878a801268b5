// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Engine;
import dev.fanfare.engine.EngineUnavailable;
import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Inbox;
import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.PublishRequest;
import dev.fanfare.engine.Published;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// An engine that takes subscriptions, and cannot do anything else.
final class Forgetful implements Engine {
    @Override
    public void start(Listener listener) {}

    @Override
    public CompletionStage<Position> subscribe(String channel) {
        return CompletableFuture.completedFuture(new Position("e", 5, "u"));
    }

    @Override
    public CompletionStage<Void> unsubscribe(String channel) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Published> publish(PublishRequest request) {
        return unavailable();
    }

    @Override
    public CompletionStage<History> history(String channel, HistoryQuery query) {
        return unavailable();
    }

    @Override
    public CompletionStage<Position> reset(String channel) {
        return unavailable();
    }

    @Override
    public CompletionStage<Set<String>> channels(Predicate<String> wanted) {
        return unavailable();
    }

    @Override
    public CompletionStage<Void> join(Presence presence) {
        return unavailable();
    }

    @Override
    public CompletionStage<Void> leave(String channel, String user, String session) {
        return unavailable();
    }

    @Override
    public CompletionStage<List<Member>> members(
            String channel, @Nullable String after, int limit) {
        return unavailable();
    }

    @Override
    public CompletionStage<Kept> put(String user, Inbox added, Inbox.Bounds bounds) {
        return unavailable();
    }

    @Override
    public CompletionStage<Inbox> take(String user) {
        return unavailable();
    }

    private static <T> CompletionStage<T> unavailable() {
        return CompletableFuture.failedFuture(
                new EngineUnavailable("planted", new IllegalStateException("away")));
    }

    @Override
    public void close() {}
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Environment;
import dev.fanfare.core.MemoryEngine;
import dev.fanfare.core.SystemClock;
import dev.fanfare.engine.Engine;
import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Inbox;
import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import dev.fanfare.engine.PublishRequest;
import dev.fanfare.engine.Published;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One engine for several nodes of a test: what one of them publishes, all hear.
final class SharedEngine implements AutoCloseable {
    private final SystemClock clock = new SystemClock();
    private final Engine engine = new MemoryEngine(new Environment(clock, new SecureRandom()));
    private final List<Port> ports = new CopyOnWriteArrayList<>();

    SharedEngine() {
        engine.start(new Everybody());
    }

    /// What a node takes for its engine.
    Engine port() {
        return new Port();
    }

    @Override
    public void close() {
        engine.close();
        clock.close();
    }

    private final class Everybody implements Engine.Listener {
        private void tell(String channel, Consumer<Engine.Listener> what) {
            for (Port port : ports) {
                Engine.Listener hears = port.hears;
                if (hears != null && port.channels.contains(channel)) {
                    what.accept(hears);
                }
            }
        }

        @Override
        public void published(String channel, String epoch, Publication publication) {
            tell(channel, it -> it.published(channel, epoch, publication));
        }

        @Override
        public void reset(String channel, Position beginning) {
            tell(channel, it -> it.reset(channel, beginning));
        }

        @Override
        public void joined(String channel, Member member, String session) {
            tell(channel, it -> it.joined(channel, member, session));
        }

        @Override
        public void left(String channel, Member member) {
            tell(channel, it -> it.left(channel, member));
        }
    }

    /// One node's. The engine goes on announcing what this node no longer listens to.
    private final class Port implements Engine {
        private final Set<String> channels = ConcurrentHashMap.newKeySet();
        private volatile Engine.@Nullable Listener hears;

        @Override
        public void start(Listener listener) {
            hears = listener;
            ports.add(this);
        }

        @Override
        public CompletionStage<Published> publish(PublishRequest request) {
            return engine.publish(request);
        }

        @Override
        public CompletionStage<Position> subscribe(String channel) {
            channels.add(channel);
            return engine.subscribe(channel);
        }

        @Override
        public CompletionStage<Void> unsubscribe(String channel) {
            channels.remove(channel);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<History> history(String channel, HistoryQuery query) {
            return engine.history(channel, query);
        }

        @Override
        public CompletionStage<Position> reset(String channel) {
            return engine.reset(channel);
        }

        @Override
        public CompletionStage<Set<String>> channels(Predicate<String> wanted) {
            return engine.channels(wanted);
        }

        @Override
        public CompletionStage<Void> join(Presence presence) {
            return engine.join(presence);
        }

        @Override
        public CompletionStage<Void> leave(String channel, String user, String session) {
            return engine.leave(channel, user, session);
        }

        @Override
        public CompletionStage<List<Member>> members(
                String channel, @Nullable String after, int limit) {
            return engine.members(channel, after, limit);
        }

        @Override
        public CompletionStage<Kept> put(String user, Inbox added, Inbox.Bounds bounds) {
            return engine.put(user, added, bounds);
        }

        @Override
        public CompletionStage<Inbox> take(String user) {
            return engine.take(user);
        }

        @Override
        public void close() {
            ports.remove(this);
        }
    }
}

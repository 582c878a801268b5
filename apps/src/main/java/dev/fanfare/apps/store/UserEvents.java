// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.Since;
import dev.fanfare.core.Command;
import dev.fanfare.core.Filter;
import dev.fanfare.core.Hub;
import dev.fanfare.core.Rulebook;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import dev.fanfare.engine.Published;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The events of a user's own, in a channel of the user that every connection of the user listens
/// to. A connection that comes back goes on from the time that it names, whether or not the user
/// had others meanwhile. One that names no time begins with what came while the user had none. Any
/// thread.
final class UserEvents {
    static final int KEPT = 100;
    static final Duration AGE = Duration.ofDays(1);

    /// Users whose position is remembered; one that is forgotten is sent again what is kept.
    private static final int MAX_USERS = 10_000;

    private final Supplier<Hub> hub;
    private final Since returning;

    /// Up to where a user's events came while a connection was there to take them.
    private final Map<String, Position> taken =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Position> eldest) {
                    return size() > MAX_USERS;
                }
            };

    UserEvents(Supplier<Hub> hub, Since returning) {
        this.hub = hub;
        this.returning = returning;
    }

    CompletionStage<Published> publish(String user, Content content, @Nullable String key) {
        boolean here = !hub.get().user(Audience.account(user)).sessions().isEmpty();
        return hub.get()
                .channel(Audience.ofUser(user))
                .publish(content, key)
                .whenComplete((published, _) -> {
                    if (here && published != null) {
                        took(user, published.position());
                    }
                });
    }

    /// Blocks until it is known where the session goes on.
    ///
    /// @param since the timestamp of the last event that the client has; null for none
    void enter(Session session, @Nullable Instant since) {
        String user = Audience.userOf(session.user());
        String channel = Audience.ofUser(user);
        Rulebook.Match match = Objects.requireNonNull(session.endpoint().rules().match(channel));
        History history =
                session.channel(channel)
                        .history(HistoryQuery.latest(KEPT))
                        .toCompletableFuture()
                        .join();
        Position from =
                switch (history) {
                    case History.Entries kept when since != null ->
                            returning.after(kept, since.toEpochMilli(), match.rules());
                    case History.Entries kept -> untaken(user, session, kept);
                    case History.Broken broken -> broken.top();
                };
        session.perform(new Command.Subscribe(1, channel, from, Filter.EVERYTHING));
        took(user, history.top());
    }

    private Position untaken(String user, Session session, History.Entries kept) {
        boolean others =
                hub.get().user(Audience.account(user)).sessions().stream()
                        .anyMatch(other -> other != session);
        return others ? kept.top() : taken(user, kept);
    }

    private synchronized Position taken(String user, History.Entries kept) {
        Position known = taken.get(user);
        if (known != null) {
            return known;
        }
        if (kept.publications().isEmpty()) {
            return kept.top();
        }
        Publication oldest = kept.publications().getLast();
        return new Position(kept.top().epoch(), oldest.offset() - 1, oldest.previousTag());
    }

    private synchronized void took(String user, Position upTo) {
        taken.merge(user, upTo, UserEvents::later);
    }

    private static Position later(Position known, Position other) {
        boolean older = known.epoch().equals(other.epoch()) && other.offset() < known.offset();
        return older ? known : other;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.Engine;
import dev.fanfare.engine.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The channels that one session subscribes to. Touched by the session's loop only.
final class Subscriptions {
    private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);

    private static final Refusal TOO_MANY_FILTERS =
            Refusal.limit(
                    Refusal.Code.LIMIT_EXCEEDED,
                    "filters",
                    -1,
                    "A channel takes at most "
                            + LiveChannel.MOST_FILTERS
                            + " different filters at a time. Subscribe without one, or with one that"
                            + " others have.");

    private final Session session;
    private final ArrayList<Subscription> all = new ArrayList<>(1);

    Subscriptions(Session session) {
        this.session = session;
    }

    int size() {
        return all.size();
    }

    /// In the order they were begun.
    List<String> names() {
        return all.stream().map(subscription -> subscription.channel().name()).toList();
    }

    /// By channel, what passes.
    Map<String, Filter> filters() {
        Map<String, Filter> found = new LinkedHashMap<>();
        for (Subscription subscription : all) {
            if (subscription.state() == Subscription.State.LIVE) {
                found.put(subscription.channel().name(), subscription.leg().view().filter());
            }
        }
        return found;
    }

    /// A session has few: looking through them is quicker, and smaller, than a map.
    @Nullable Subscription find(String channel) {
        for (Subscription subscription : all) {
            if (subscription.channel().name().equals(channel)) {
                return subscription;
            }
        }
        return null;
    }

    @Nullable Subscription in(Leg leg) {
        Subscription found = find(leg.view().channel().name());
        return found != null && found.state() == Subscription.State.LIVE && found.leg() == leg
                ? found
                : null;
    }

    /// Begins one that does not exist yet.
    void begin(String channel, Terms terms, Begun told) {
        Begun begun = noted(channel, told);
        LiveChannel live = session.hub().hold(channel, terms.rules());
        Subscription subscription = new Subscription(session, live);
        all.add(subscription);
        if (live.ready().isDone() && !live.ready().isCompletedExceptionally()) {
            enter(subscription, terms, begun);
            return;
        }
        CompletionStage<Position> ready = live.ready();
        ready.whenComplete((_, failure) ->
                session.onLoop(() -> answered(subscription, terms, begun, failure)));
    }

    private Begun noted(String channel, Begun told) {
        return new Begun() {
            @Override
            public void begun(Position position, Reply.Recovered recovered) {
                session.outbox().begins(channel, position);
                told.begun(position, recovered);
            }

            @Override
            public void failed(Refusal refusal) {
                told.failed(refusal);
            }
        };
    }

    private void answered(
            Subscription subscription, Terms terms, Begun begun, @Nullable Throwable failure) {
        if (subscription.state() == Subscription.State.ENDED) {
            return;
        }
        if (failure == null) {
            enter(subscription, terms, begun);
        } else {
            session.hub().engineFailed("subscribe to " + subscription.channel().name(), failure);
            end(subscription);
            begun.failed(session.hub().unavailable());
        }
    }

    /// The channel is announced to this node: take a place in its leg, which first brings the
    /// others to the head, so that its position is this subscription's.
    private void enter(Subscription subscription, Terms terms, Begun begun) {
        Leg leg = leg(subscription.channel(), terms.filter());
        if (leg == null) {
            end(subscription);
            begun.failed(TOO_MANY_FILTERS);
            return;
        }
        subscription.live(leg);
        switch (terms.start()) {
            case Start.Now _ -> {
                Position here = leg.position();
                Recovery.begin(subscription, here);
                begun.begun(here, Reply.Recovered.NOT_ASKED);
            }
            case Start.After(Position since) -> resume(subscription, since, begun);
            case Start.With(Snapshot snapshot) -> {
                Recovery hold = Recovery.hold(subscription);
                begun.begun(hold.at(), Reply.Recovered.NOT_ASKED);
                session.tasks()
                        .add(
                                new SerialTasks.Task(
                                        "snapshot",
                                        () -> read(subscription, snapshot, hold),
                                        () -> unread(hold)));
            }
        }
        if (subscription.state() == Subscription.State.LIVE) {
            join(subscription);
        }
    }

    private @Nullable Leg leg(LiveChannel live, Filter filter) {
        Encoder encoder = session.encoder();
        Leg leg = live.leg(encoder, filter, session.turn());
        if (leg == null) {
            return null;
        }
        leg.run();
        // Again: that may have closed the leg's last subscriber for being too slow, and the leg
        // with it.
        return live.leg(encoder, filter, session.turn());
    }

    /// Nothing was missed when `since` is where the leg is, or what it sent last.
    private void resume(Subscription subscription, Position since, Begun begun) {
        Leg leg = subscription.leg();
        if (since.equals(leg.sent()) || since.equals(leg.position())) {
            Recovery.begin(subscription, since);
            session.turn().meter().recovered.increment();
            begun.begun(since, Reply.Recovered.YES);
        } else {
            Recovery.resume(subscription, since, begun);
        }
    }

    private Runnable read(Subscription subscription, Snapshot snapshot, Recovery hold) {
        try {
            Content read = snapshot.read();
            Content content = read == null ? null : session.hub().content(read);
            Position reaches = snapshot.reaches();
            return () ->
                    session.onLoop(() -> {
                        if (content != null) {
                            session.sendNow(content);
                        }
                        hold.release(reaches);
                    });
        } catch (Exception | Error e) {
            LOG.warn("the snapshot of {} failed", subscription.channel().name(), e);
            return () -> unread(hold);
        }
    }

    private void unread(Recovery hold) {
        session.onLoop(() -> {
            session.push(
                    new Push.Failed(
                            Refusal.of(
                                    Refusal.Code.UNAVAILABLE,
                                    "The current state could not be read; updates follow.")));
            hold.release(null);
        });
    }

    private void join(Subscription subscription) {
        LiveChannel live = subscription.channel();
        Principal principal = session.principal();
        if (live.rules().members() == ChannelRules.Presence.OFF || principal == null) {
            return;
        }
        subscription.presence(Subscription.Presence.PRESENT);
        session.hub()
                .engine()
                .join(
                        new Engine.Presence(
                                live.name(),
                                session.hub().member(principal),
                                session.id(),
                                live.rules().grace()))
                .whenComplete(
                        (_, failure) -> session.hub().engineFailed("join " + live.name(), failure));
    }

    /// Ends one; ending it again does nothing.
    void end(Subscription subscription) {
        if (!subscription.end()) {
            return;
        }
        all.remove(subscription);
        LiveChannel live = subscription.channel();
        Principal principal = session.principal();
        if (subscription.presence() == Subscription.Presence.PRESENT && principal != null) {
            session.hub()
                    .engine()
                    .leave(live.name(), principal.user(), session.id())
                    .whenComplete((_, failure) ->
                            session.hub().engineFailed("leave " + live.name(), failure));
        }
        session.hub().release(live);
    }

    void endAll() {
        List.copyOf(all).forEach(this::end);
    }

    /// Ends those that the principal may not have any more.
    void review() {
        for (Subscription subscription : List.copyOf(all)) {
            String name = subscription.channel().name();
            Rulebook.Match match = session.endpoint().rules().match(name);
            if (match != null
                    && !match.rules().subscribe().allows(session.principal(), match.captures())) {
                end(subscription);
                session.push(
                        new Push.Unsubscribed(
                                name,
                                Refusal.field(
                                        Refusal.Code.PERMISSION_DENIED,
                                        "channel",
                                        "The new token does not permit this channel.")));
            }
        }
    }
}

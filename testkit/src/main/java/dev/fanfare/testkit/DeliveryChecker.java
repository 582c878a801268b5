// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Holds a run to the promise: an acknowledged publication is delivered in order, once, to every
/// subscriber of its channel, or that subscriber is told that it was not.
///
/// Publishers say what they send and what is acknowledged; each subscriber tells its
/// [SubscriberView] what it was sent. At the end, when everything is quiet, [#verify] compares the
/// two. Payloads are compared as text, byte for byte, and are unique in their channel: a payload
/// that is published again (a retry) is said to be sent again.
///
/// It knows no network. It may be used from any thread, as long as each publisher says `sent`
/// before it publishes and each view is told things in the order in which they came. A publication
/// costs one entry, however many subscribe; a view one bit for each publication.
public final class DeliveryChecker {
    /// No more violations than this are kept: a broken run breaks everything.
    private static final int MOST = 1_000;

    private final Oracle oracle = new Oracle();
    private final List<SubscriberView> views = new ArrayList<>();
    private final List<Violation> violations = new ArrayList<>();
    private long delivered;
    private long recovered;
    private long notRecovered;
    private long gaps;

    public DeliveryChecker() {}

    /// What a subscriber of the channel was promised.
    public enum Promise {
        /// Every publication.
        EACH,
        /// The latest: the channel filters or conflates, and `prev` says where something was left
        /// out.
        LATEST
    }

    /// What happened in the run: a checker to which nothing happened has nothing to complain of, so
    /// a test says how much it expects.
    ///
    /// @param acknowledged publications
    /// @param delivered publications, over all subscribers
    /// @param recovered times a subscriber was told `recovered: true`
    /// @param notRecovered times it was told `recovered: false`
    /// @param gaps told
    public record Counts(
            long acknowledged, long delivered, long recovered, long notRecovered, long gaps) {}

    /// `payload` is about to be published; whether it will be stored is not known.
    public synchronized void sent(String channel, String payload) {
        oracle.sent(channel, payload);
    }

    /// `payload` was acknowledged at `position`: from now on it is owed to every subscriber.
    public synchronized void acked(String channel, Position position, String payload) {
        String wrong = oracle.acked(sighting(channel, position, payload));
        if (wrong != null) {
            add(new Violation(Violation.Kind.DIFFERS, "acknowledgement", channel, wrong));
        }
    }

    /// The engine itself has said that `publication` is stored.
    public synchronized void stored(String channel, String epoch, Publication publication) {
        acked(
                channel,
                publication.position(epoch),
                new String(publication.content().data(), StandardCharsets.UTF_8));
    }

    /// The test has made the store lose what came after `offset`, as a failover does; what is
    /// published next is numbered anew. What was lost is owed to nobody any more, but whoever has
    /// seen it must be told.
    public synchronized void cut(String channel, String epoch, long offset) {
        oracle.cut(channel, epoch, offset);
    }

    public SubscriberView subscriber(String name, String channel) {
        return subscriber(name, channel, Promise.EACH);
    }

    public synchronized SubscriberView subscriber(String name, String channel, Promise promise) {
        SubscriberView view = new SubscriberView(this, name, channel, promise);
        views.add(view);
        return view;
    }

    /// Every broken promise so far, at most 1,000. To be called when nothing is under way any more:
    /// a subscriber that is live then is owed everything.
    public synchronized List<Violation> verify() {
        List<Violation> all = new ArrayList<>(violations);
        all.addAll(oracle.phantoms());
        all.addAll(oracle.doubles());
        views.forEach(view -> all.addAll(view.missing()));
        return all.size() > MOST ? List.copyOf(all.subList(0, MOST)) : List.copyOf(all);
    }

    public synchronized Counts counts() {
        return new Counts(oracle.acknowledgements(), delivered, recovered, notRecovered, gaps);
    }

    /// For views, which hold this checker's lock.
    Oracle oracle() {
        return oracle;
    }

    void add(Violation violation) {
        if (violations.size() < MOST) {
            violations.add(violation);
        }
    }

    void countDelivery() {
        delivered++;
    }

    void countGap() {
        gaps++;
    }

    void countSubscribed(Recovered outcome) {
        switch (outcome) {
            case YES -> recovered++;
            case NO -> notRecovered++;
            case NOT_ASKED -> {}
        }
    }

    static Oracle.Sighting sighting(String channel, Position position, String payload) {
        return new Oracle.Sighting(
                channel, position.epoch(), position.offset(), position.tag(), payload);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import io.netty.buffer.Unpooled;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A subscription's own cursor, while it is not in step with its leg: because it returns with a
/// position, waits for a snapshot, could not take what was written, or was left out of a
/// publication.
///
/// The algorithm is one for all four. What is published meanwhile goes into the [View]'s log, as
/// for everybody; the log is the buffer, so nothing is queued for this session. The cursor says
/// what the client has: an epoch, an offset, and the tag found there. To proceed is to ask where
/// that is in the log:
///
/// - *At the leg's cursor*: in step; this object is gone.
/// - *In the log*: write from there towards the leg's cursor, as long as the transport takes it.
/// - *Before the log*: read the engine's history after the position, a page at a time, write that,
///   and ask again. The pages and the log overlap by offset and never need comparing: the cursor is
///   past what was written.
/// - *Ahead of what was announced here*: the history was quicker than the announcement. Wait for
///   the leg.
///
/// Every step ends when the transport takes no more, and goes on when it does again; the cursor is
/// all there is to remember. So a session that reads slowly costs this object, and one that cannot
/// be served from anywhere is told: a `gap`, or `recovered: false` when it was returning. The
/// history compares the tag, so a history that was cut and has grown again is noticed too.
///
/// Touched by the session's loop only, except for [#index], which the log reads to know what is
/// still needed.
final class Recovery {
    /// Publications in one page of history.
    private static final int PAGE = 128;

    /// About how many bytes are written between two looks at the transport.
    private static final int PIECE = 32 << 10;

    private final Subscription subscription;
    private final Outbox outbox;

    /// What the client has, or was rightly not sent.
    private Position at;

    /// What the client really has: behind `at` where something was left out.
    private Position has;

    /// The next entry of the log, or what is known instead of it. Guarded by the channel's lock.
    private long index;

    private long owed;
    private Wait wait = Wait.NOTHING;
    private @Nullable Begun begun;

    private enum Wait {
        NOTHING,
        HISTORY,
        SNAPSHOT,
        /// Too far behind, under [ChannelRules.Lagging#SKIP]: for the transport, then for a gap.
        SKIP,
        /// Over.
        ENDED
    }

    /// Is told how a subscription begins.
    interface Begun {
        void begun(Position position, Reply.Recovered recovered);

        void failed(Refusal refusal);
    }

    private Recovery(Subscription subscription, Position at, long index) {
        this.subscription = subscription;
        this.outbox = subscription.session().outbox();
        this.at = at;
        this.has = at;
        this.index = index;
    }

    /// A subscription leaves the step at `at`, the log's entry `index`.
    static Recovery behind(Subscription subscription, Position at, long index) {
        Recovery recovery = new Recovery(subscription, at, index);
        subscription.recovery = recovery;
        recovery.outbox.add(recovery);
        synchronized (subscription.channel()) {
            recovery.view().recovers(recovery);
        }
        return recovery;
    }

    /// A subscription begins behind the position that its client has.
    static void resume(Subscription subscription, Position since, Begun begun) {
        Recovery recovery = behind(subscription, since, View.MISSING);
        recovery.begun = begun;
        recovery.readHistory();
    }

    /// A subscription begins at its leg's position, and is held back until [#release].
    static Recovery hold(Subscription subscription) {
        Leg leg = subscription.leg();
        Recovery recovery = behind(subscription, leg.position(), leg.next());
        recovery.wait = Wait.SNAPSHOT;
        return recovery;
    }

    /// What it was held back for has been sent, and holds everything up to `reaches`; null when
    /// only what was published before the hold.
    void release(@Nullable Position reaches) {
        if (wait == Wait.SNAPSHOT) {
            wait = Wait.NOTHING;
            if (reaches != null
                    && reaches.epoch().equals(at.epoch())
                    && reaches.offset() > at.offset()) {
                at = reaches;
                has = reaches;
                relocate(View.UNKNOWN);
            }
            proceed();
        }
    }

    /// The leg has moved on by so many bytes.
    void owe(int bytes) {
        owed += bytes;
        boolean fits = outbox.owe(bytes);
        if (!fits && wait != Wait.SKIP) {
            switch (lagging()) {
                case DISCONNECT -> {
                    meter().slowClosed.increment();
                    subscription.session().disconnect(Close.TOO_SLOW);
                    return;
                }
                case SKIP -> skip();
                case LATEST -> settle();
            }
        }
        proceed();
    }

    private void skip() {
        if (begun == null && wait != Wait.SNAPSHOT) {
            wait = Wait.SKIP;
            synchronized (subscription.channel()) {
                view().recovered(this);
            }
        }
        settle();
    }

    /// What is owed will not be sent.
    private void settle() {
        outbox.owe(-owed);
        owed = 0;
    }

    /// Goes on as far as it goes.
    void proceed() {
        if (wait == Wait.SKIP && outbox.ready()) {
            gap();
        }
        while (wait == Wait.NOTHING && outbox.ready()) {
            if (lagging() == ChannelRules.Lagging.LATEST ? latest() : step()) {
                return;
            }
        }
    }

    /// Writes one piece of the log.
    ///
    /// @return whether there is nothing more to do now
    private boolean step() {
        boolean hole = hole();
        View.Piece piece;
        synchronized (subscription.channel()) {
            long next = leg().next();
            locate();
            if (index == View.AHEAD || index >= next) {
                return index == next ? arrived(hole) : true;
            }
            piece = view().piece(index, next, hole ? 1 : PIECE, session().id());
        }
        if (piece == null) {
            readHistory();
            return true;
        }
        write(piece, hole);
        return false;
    }

    private boolean hole() {
        return has.offset() != at.offset();
    }

    /// Looks the cursor up in the log. Under the channel's lock.
    private void locate() {
        if (index == View.UNKNOWN || index == View.AHEAD) {
            boolean known = at.epoch().equals(subscription.channel().top().epoch());
            index = known ? view().indexAfter(at) : View.MISSING;
        }
    }

    /// At the leg's cursor: in step, unless the next publication has to say what came before it.
    private boolean arrived(boolean hole) {
        if (!hole) {
            end();
            subscription.recovery = null;
        }
        return true;
    }

    private void write(View.Piece piece, boolean hole) {
        int bytes = piece.frames().readableBytes();
        Publication last = piece.last();
        boolean excepted = piece.next() == index;
        if (last != null && (hole || excepted)) {
            piece.frames().release();
            deliver(last);
        } else {
            outbox.write(piece.frames());
            if (last != null) {
                meter().delivered.add(last.offset() - at.offset());
                at = last.position(at.epoch());
                has = at;
            }
        }
        pay(bytes);
        synchronized (subscription.channel()) {
            index = excepted ? index + 1 : piece.next();
        }
    }

    private void pay(long bytes) {
        long paid = Math.min(owed, bytes);
        owed -= paid;
        outbox.owe(-paid);
    }

    /// Writes one publication with its own `prev`.
    private void deliver(Publication publication) {
        at = publication.position(at.epoch());
        if (session().id().equals(publication.content().except())) {
            return;
        }
        byte[] frame =
                session()
                        .endpoint()
                        .encoder()
                        .push(
                                new Push.Delivery(
                                        subscription.channel().name(), publication, has.offset()));
        if (frame != null) {
            outbox.write(Unpooled.wrappedBuffer(frame));
        }
        has = at;
        meter().delivered.increment();
    }

    private void readHistory() {
        ask(HistoryQuery.since(at, PAGE), this::page);
    }

    private void ask(HistoryQuery query, Consumer<History> then) {
        wait = Wait.HISTORY;
        session()
                .hub()
                .engine()
                .history(subscription.channel().name(), query)
                .whenComplete((history, failure) ->
                        session().onLoop(() -> answered(history, failure, then)));
    }

    private void answered(
            @Nullable History history, @Nullable Throwable failure, Consumer<History> then) {
        if (wait != Wait.HISTORY) {
            return;
        }
        wait = Wait.NOTHING;
        if (history != null) {
            then.accept(history);
        } else {
            failed(failure);
        }
    }

    private void failed(@Nullable Throwable failure) {
        session().hub().engineFailed("history of " + subscription.channel().name(), failure);
        Begun beginning = begun;
        if (beginning != null) {
            session().subscribed().end(subscription);
            beginning.failed(session().hub().unavailable());
        } else {
            gap();
        }
    }

    private void page(History history) {
        switch (history) {
            case History.Broken _ -> lost();
            case History.Entries entries -> {
                if (begun != null) {
                    meter().recovered.increment();
                    begun.begun(at, Reply.Recovered.YES);
                    begun = null;
                }
                for (Publication publication : entries.publications()) {
                    if (!outbox.ready()) {
                        break;
                    }
                    deliver(publication);
                }
                relocate(View.UNKNOWN);
                proceed();
            }
        }
    }

    private void relocate(long to) {
        synchronized (subscription.channel()) {
            index = to;
        }
    }

    /// What the client lacks is nowhere: it is told, and goes on with the oldest that the log has.
    /// So what follows a reset is not swallowed by its gap, however soon it was published.
    private void lost() {
        Leg leg = leg();
        Position oldest = null;
        if (begun == null) {
            synchronized (subscription.channel()) {
                oldest = view().beginning(leg.next(), leg.position());
                index = view().first();
            }
        }
        if (oldest == null) {
            gap();
            return;
        }
        Position had = has;
        at = oldest;
        has = oldest;
        tell(had);
        proceed();
    }

    private void tell(Position had) {
        if (!had.equals(at)) {
            meter().gaps.increment();
            session().push(new Push.Gap(subscription.channel().name(), had.offset(), at));
        }
    }

    /// What the client lacks will not be sent: it is told, and goes on in step.
    private void gap() {
        Leg leg = leg();
        Position had = has;
        at = leg.position();
        has = at;
        end();
        subscription.recovery = null;
        if (begun != null) {
            meter().notRecovered.increment();
            begun.begun(at, Reply.Recovered.NO);
        } else {
            tell(had);
        }
    }

    /// Writes the newest of each key, for a channel that promises no more.
    ///
    /// @return whether there is nothing more to do now
    private boolean latest() {
        List<Publication> missed;
        synchronized (subscription.channel()) {
            long next = leg().next();
            locate();
            if (index == View.AHEAD || index >= next) {
                return index == next ? arrived(hole()) : true;
            }
            missed = view().publications(index, next);
        }
        if (missed == null) {
            ask(HistoryQuery.since(at, PAGE), this::latestSince);
        } else {
            conflate(missed);
        }
        return true;
    }

    private void latestSince(History history) {
        switch (history) {
            case History.Entries(var publications, _) -> conflate(publications);
            case History.Broken _ -> ask(HistoryQuery.latest(PAGE), this::latestAnew);
        }
    }

    /// What the client has is not in the history any more: a gap, and then the newest of each key
    /// that is.
    private void latestAnew(History history) {
        if (history instanceof History.Entries(var publications, Position top)
                && !publications.isEmpty()) {
            List<Publication> kept = newest(publications.reversed());
            Publication first = kept.getFirst();
            Position before = new Position(top.epoch(), first.offset() - 1, first.previousTag());
            if (!has.equals(before)) {
                meter().gaps.increment();
                String channel = subscription.channel().name();
                session().push(new Push.Gap(channel, has.offset(), before));
            }
            at = before;
            has = at;
            conflate(kept);
        } else {
            lost();
        }
    }

    private void conflate(List<Publication> missed) {
        newest(missed).forEach(this::deliver);
        settle();
        relocate(View.UNKNOWN);
        proceed();
    }

    /// The newest of each key, oldest first.
    private static List<Publication> newest(List<Publication> publications) {
        LinkedHashMap<String, Publication> byKey = new LinkedHashMap<>();
        for (Publication publication : publications) {
            String key = publication.content().key();
            byKey.putLast(key == null ? "" : key, publication);
        }
        return List.copyOf(byKey.sequencedValues());
    }

    /// Lets go of the log; the subscription is in step, or gone.
    void end() {
        if (wait != Wait.ENDED) {
            wait = Wait.ENDED;
            settle();
            outbox.remove(this);
            synchronized (subscription.channel()) {
                view().recovered(this);
                view().trim();
            }
        }
    }

    /// The log's entry that is needed next, or negative when that is not known. Under the channel's
    /// lock.
    long index() {
        return index;
    }

    private ChannelRules.Lagging lagging() {
        return subscription.channel().rules().lagging();
    }

    private Leg leg() {
        return subscription.leg();
    }

    private View view() {
        return leg().view();
    }

    private Session session() {
        return subscription.session();
    }

    private Meter meter() {
        return leg().turn().meter();
    }
}

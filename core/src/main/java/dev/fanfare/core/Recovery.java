// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A subscription's own cursor, while it is not in step with its leg: because it returns with a
/// position, waits for a snapshot, could not take what was written, was left out of a publication,
/// or began at another place than the others of a filtered view.
///
/// The algorithm is one for all four. What is published meanwhile goes into the [View]'s log, as
/// for everybody; the log is the buffer, so nothing is queued for this session. The cursor says
/// what the client has: an epoch, an offset, and the tag found there. To proceed is to ask where
/// that is in the log:
///
/// - *At the leg's cursor*: in step; this object is gone. Unless the client was last sent something
///   else than the others: then the next publication needs a `prev` of its own, and this object
///   rests until there is one.
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
/// What the view's filter holds back moves the cursor on like anything else, and is never missed;
/// the log's entries were judged when they came, those of the history are judged here.
///
/// Touched by the session's loop only, except for [Cursor#index].
final class Recovery {
    /// Publications in one page of history.
    static final int PAGE = 128;

    private final Subscription subscription;
    private final Outbox outbox;
    private final Cursor cursor;
    private Wait wait = Wait.NOTHING;
    private @Nullable Begun begun;

    private enum Wait {
        NOTHING,
        HISTORY,
        SNAPSHOT,
        /// Too far behind, under [ChannelRules.Lagging#SKIP]: for the transport, then for a gap.
        SKIP,
        /// In step, but for the next publication's `prev`.
        NEXT,
        /// Over.
        ENDED
    }

    private Recovery(Subscription subscription, Position at, Position has) {
        this.subscription = subscription;
        this.outbox = subscription.session().outbox();
        this.cursor = new Cursor(subscription, at, has);
    }

    /// A subscription leaves the step at `at`, the log's entry `index`.
    ///
    /// @param has what its client was last sent
    static Recovery behind(Subscription subscription, Position at, Position has, long index) {
        Recovery recovery = new Recovery(subscription, at, has);
        subscription.recovery = recovery;
        recovery.enter(index);
        return recovery;
    }

    private void enter(long from) {
        outbox.add(this);
        synchronized (subscription.channel()) {
            cursor.place(from);
            view().recovers(cursor);
        }
    }

    /// A subscription begins behind the position that its client has.
    static void resume(Subscription subscription, Position since, Begun begun) {
        Recovery recovery = behind(subscription, since, since, FrameLog.MISSING);
        recovery.begun = begun;
        recovery.readHistory();
    }

    /// A subscription begins at its leg's position, and is held back until [#release].
    static Recovery hold(Subscription subscription) {
        Recovery recovery;
        synchronized (subscription.channel()) {
            Leg leg = subscription.leg();
            Position here = leg.position();
            recovery = behind(subscription, here, here, leg.next());
        }
        recovery.wait = Wait.SNAPSHOT;
        return recovery;
    }

    /// A subscription begins in step with its leg, at `here`. The others may have been sent
    /// something last that is not its client's.
    static void begin(Subscription subscription, Position here) {
        if (!here.equals(subscription.leg().sent())) {
            Recovery recovery = new Recovery(subscription, here, here);
            recovery.wait = Wait.NEXT;
            subscription.recovery = recovery;
        }
    }

    /// The leg moves on from `from`, the log's entry `next`, and who rests goes its own way.
    void part(Position from, long next) {
        if (wait == Wait.NEXT) {
            wait = Wait.NOTHING;
            cursor.pass(from);
            enter(next);
        }
    }

    Cursor cursor() {
        return cursor;
    }

    Subscription subscription() {
        return subscription;
    }

    /// How far it is.
    Position at() {
        return cursor.at();
    }

    /// What it was held back for has been sent, and holds everything up to `reaches`; null when
    /// only what was published before the hold.
    void release(@Nullable Position reaches) {
        if (wait == Wait.SNAPSHOT) {
            wait = Wait.NOTHING;
            Position at = cursor.at();
            if (reaches != null
                    && reaches.epoch().equals(at.epoch())
                    && reaches.offset() > at.offset()) {
                cursor.moveTo(reaches);
                relocate(FrameLog.UNKNOWN);
            }
            proceed();
        }
    }

    /// The leg has moved on by so many bytes.
    void owe(int bytes) {
        boolean fits = cursor.owe(bytes);
        if (!fits && wait == Wait.SNAPSHOT) {
            // It is not the client that is slow, and the snapshot may hold most of it; what is kept
            // meanwhile is the log, within its own bound.
            cursor.settle();
        } else if (!fits && wait != Wait.SKIP) {
            switch (lagging()) {
                case DISCONNECT -> {
                    subscription.session().tooSlow();
                    return;
                }
                case SKIP -> skip();
                case LATEST -> cursor.settle();
            }
        }
        proceed();
    }

    private void skip() {
        if (begun == null && wait != Wait.SNAPSHOT) {
            wait = Wait.SKIP;
            synchronized (subscription.channel()) {
                view().recovered(cursor);
            }
        }
        cursor.settle();
    }

    /// Goes on as far as it goes.
    void proceed() {
        if (wait == Wait.SKIP && outbox.ready()) {
            gap();
        }
        while (wait == Wait.NOTHING && outbox.ready()) {
            if (lagging() == ChannelRules.Lagging.LATEST ? new Latest(this).step() : step()) {
                return;
            }
        }
    }

    /// Writes one piece of the log.
    ///
    /// @return whether there is nothing more to do now
    private boolean step() {
        FrameLog.Piece piece;
        synchronized (subscription.channel()) {
            long next = leg().next();
            long index = cursor.find();
            if (index == FrameLog.AHEAD || index >= next) {
                return index == next ? arrived() : true;
            }
            piece = view().log().piece(index, next, session().id(), cursor.has().offset());
        }
        if (piece == null) {
            readHistory();
            return true;
        }
        cursor.write(piece);
        relocate(piece.next());
        return false;
    }

    /// At the leg's cursor: in step, unless the next publication has to say what came before it.
    boolean arrived() {
        end();
        if (cursor.has().equals(leg().sent())) {
            subscription.recovery = null;
        } else {
            wait = Wait.NEXT;
        }
        return true;
    }

    private void readHistory() {
        ask(HistoryQuery.since(cursor.at(), PAGE), this::page);
    }

    void ask(HistoryQuery query, Consumer<History> then) {
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
            case History.Broken _ -> broken();
            case History.Entries entries -> {
                if (begun != null) {
                    meter().recovered.increment();
                    begun.begun(cursor.at(), Reply.Recovered.YES);
                    begun = null;
                }
                for (Publication publication : entries.publications()) {
                    if (!outbox.ready()) {
                        break;
                    }
                    cursor.judge(publication);
                }
                relocate(FrameLog.UNKNOWN);
                if (view().sieve() == null) {
                    proceed();
                } else {
                    // What is held back does not fill the transport, which ends this otherwise.
                    session().turn().loop().execute(this::proceed);
                }
            }
        }
    }

    /// What follows `at` is nowhere. What follows that which the client really has may be: then it
    /// was only something that the client was rightly not sent.
    private void broken() {
        if (cursor.has().equals(cursor.at())) {
            lost();
        } else {
            cursor.back();
            readHistory();
        }
    }

    void relocate(long to) {
        synchronized (subscription.channel()) {
            cursor.place(to);
        }
    }

    /// What the client lacks is nowhere: it is told, and goes on with the oldest that the log has.
    /// So what follows a reset is not swallowed by its gap, however soon it was published.
    void lost() {
        Leg leg = leg();
        Position oldest = null;
        if (begun == null) {
            synchronized (subscription.channel()) {
                oldest = view().log().beginning(leg.next(), leg.position());
                cursor.place(view().log().first());
            }
        }
        if (oldest == null) {
            gap();
            return;
        }
        Position had = cursor.has();
        cursor.moveTo(oldest);
        tell(had);
        proceed();
    }

    void tell(Position had) {
        if (!had.equals(cursor.at())) {
            meter().gaps.increment();
            session().push(new Push.Gap(subscription.channel().name(), had.offset(), cursor.at()));
        }
    }

    /// What the client lacks will not be sent: it is told, and goes on in step.
    private void gap() {
        Position had = cursor.has();
        cursor.moveTo(leg().position());
        arrived();
        Begun beginning = begun;
        begun = null;
        if (beginning != null) {
            meter().notRecovered.increment();
            beginning.begun(cursor.at(), Reply.Recovered.NO);
        } else {
            tell(had);
        }
    }

    /// Lets go of the log; the subscription is in step, or gone.
    void end() {
        Wait was = wait;
        wait = Wait.ENDED;
        if (was != Wait.ENDED && was != Wait.NEXT) {
            cursor.settle();
            outbox.remove(this);
            synchronized (subscription.channel()) {
                view().recovered(cursor);
                view().trim();
            }
        }
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

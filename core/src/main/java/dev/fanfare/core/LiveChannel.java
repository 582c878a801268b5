// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A channel with subscribers on this node: where its history is now, and a [View] for each encoder
/// and filter in use.
///
/// **The lock.** This object's lock makes one step of *append to every view* and *wake every leg*,
/// and of *read the head* and *join*: all loops see one order, and nothing falls between a
/// subscription's position and its first publication. It is held for nanoseconds, and nothing is
/// called under it that could lock or wait. Filters judge a publication before it is taken, once
/// each.
final class LiveChannel {
    /// Different filters in use at once: each is asked about every publication.
    static final int MOST_FILTERS = 64;

    private static final Sieve[] NO_SIEVES = {};

    private final String name;
    private final ChannelRules rules;
    private final FailureLog failures;

    /// Completes when the engine announces to this node; fails when it cannot.
    private final CompletableFuture<Position> ready = new CompletableFuture<>();

    /// How many subscriptions and attempts hold this channel. Guarded by the hub's map.
    int holders;

    private String epoch = "";
    private long offset;
    private String tag = "";
    private View[] views = {};

    /// Those of the views, without [Filter#EVERYTHING]. Written under the lock.
    private volatile Sieve[] sieves = NO_SIEVES;

    LiveChannel(String name, ChannelRules rules, FailureLog failures) {
        this.name = name;
        this.rules = rules;
        this.failures = failures;
    }

    String name() {
        return name;
    }

    ChannelRules rules() {
        return rules;
    }

    CompletableFuture<Position> ready() {
        return ready;
    }

    /// The engine announces from `top` on; announcements may have come already.
    void begin(Position top) {
        synchronized (this) {
            if (epoch.isEmpty() || (epoch.equals(top.epoch()) && offset < top.offset())) {
                moveTo(top);
            }
        }
        ready.complete(top);
    }

    void published(String inEpoch, Publication publication) {
        Sieve[] judges = sieves;
        if (judges.length > 0) {
            Candidate candidate = new Candidate(publication.content());
            for (Sieve sieve : judges) {
                sieve.judge(publication, candidate);
            }
        }
        Throwable failure = take(inEpoch, publication);
        if (failure != null) {
            failures.warn(
                    "a publication is not in a log; its subscribers read the history", failure);
        }
    }

    /// @return why a view could not take it, or null
    private synchronized @Nullable Throwable take(String inEpoch, Publication publication) {
        if (publication.position(inEpoch).equals(top())) {
            return null;
        }
        if (!follows(inEpoch, publication)) {
            Arrays.stream(views).forEach(View::cut);
        }
        moveTo(publication.position(inEpoch));
        Throwable failure = null;
        for (View view : views) {
            try {
                view.append(publication);
            } catch (RuntimeException | Error e) {
                // As a rule there is no memory for its frame. A log that lacks it must not go on.
                view.cut();
                failure = e;
            }
        }
        return failure;
    }

    /// Whether this is what comes next. If not, the history was cut and has grown again, or an
    /// announcement was lost.
    private boolean follows(String inEpoch, Publication publication) {
        return epoch.isEmpty()
                || inEpoch.equals(epoch)
                        && publication.offset() == offset + 1
                        && publication.previousTag().equals(tag);
    }

    /// The history has begun anew.
    synchronized void reset(Position beginning) {
        if (!beginning.equals(top())) {
            Arrays.stream(views).forEach(View::cut);
            moveTo(beginning);
        }
    }

    synchronized void joined(Member member, String session) {
        for (View view : views) {
            view.append(new Push.Joined(name, member), session);
        }
    }

    synchronized void left(Member member) {
        for (View view : views) {
            view.append(new Push.Left(name, member), null);
        }
    }

    private void moveTo(Position position) {
        epoch = position.epoch();
        offset = position.offset();
        tag = position.tag();
    }

    /// The newest position announced. Called under the lock, or for what may be old when it is
    /// read.
    synchronized Position top() {
        return new Position(epoch, offset, tag);
    }

    /// The leg of `turn`'s loop for `encoder` and `filter`, standing at the newest position if it
    /// is new; null when the filter is one too many.
    synchronized @Nullable Leg leg(Encoder encoder, Filter filter, Turn turn) {
        for (View view : views) {
            if (view.encoder() == encoder && view.filter().equals(filter)) {
                return view.leg(turn);
            }
        }
        Sieve sieve = filter == Filter.EVERYTHING ? null : sieve(filter);
        if (sieve == null && filter != Filter.EVERYTHING) {
            return null;
        }
        View view = new View(this, encoder, sieve);
        views = Arrays.copyOf(views, views.length + 1);
        views[views.length - 1] = view;
        return view.leg(turn);
    }

    private @Nullable Sieve sieve(Filter filter) {
        for (Sieve sieve : sieves) {
            if (sieve.filter().equals(filter)) {
                return sieve;
            }
        }
        if (sieves.length >= MOST_FILTERS) {
            return null;
        }
        Sieve sieve = new Sieve(filter);
        Sieve[] more = Arrays.copyOf(sieves, sieves.length + 1);
        more[sieves.length] = sieve;
        sieves = more;
        return sieve;
    }

    /// A leg has no subscriber any more.
    synchronized void drop(Leg leg) {
        if (leg.view().drop(leg)) {
            views = Arrays.stream(views).filter(view -> view != leg.view()).toArray(View[]::new);
            sieves =
                    Arrays.stream(views)
                            .map(View::sieve)
                            .filter(Objects::nonNull)
                            .distinct()
                            .toArray(Sieve[]::new);
        }
    }
}

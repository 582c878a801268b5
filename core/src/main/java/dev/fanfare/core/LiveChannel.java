// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/// A channel with subscribers on this node: where its history is now, and a [View] for each encoder
/// in use.
///
/// **The lock.** This object's lock makes one step of *append to every view* and *wake every leg*,
/// and of *read the head* and *join*: all loops see one order, and nothing falls between a
/// subscription's position and its first publication. It is held for nanoseconds, and nothing is
/// called under it that could lock or wait.
final class LiveChannel {
    private final String name;
    private final ChannelRules rules;

    /// Completes when the engine announces to this node; fails when it cannot.
    private final CompletableFuture<Position> ready = new CompletableFuture<>();

    /// How many subscriptions and attempts hold this channel. Guarded by the hub's map.
    int holders;

    private String epoch = "";
    private long offset;
    private String tag = "";
    private View[] views = {};

    LiveChannel(String name, ChannelRules rules) {
        this.name = name;
        this.rules = rules;
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

    synchronized void published(String inEpoch, Publication publication) {
        if (publication.position(inEpoch).equals(top())) {
            return;
        }
        if (!follows(inEpoch, publication)) {
            Arrays.stream(views).forEach(View::cut);
        }
        moveTo(publication.position(inEpoch));
        for (View view : views) {
            view.append(
                    new Push.Delivery(name, publication, publication.offset() - 1),
                    publication.content().except());
        }
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

    /// The leg of `turn`'s loop for `encoder`, standing at the newest position if it is new.
    synchronized Leg leg(Encoder encoder, Turn turn) {
        for (View view : views) {
            if (view.encoder() == encoder) {
                return view.leg(turn);
            }
        }
        View view = new View(this, encoder);
        views = Arrays.copyOf(views, views.length + 1);
        views[views.length - 1] = view;
        return view.leg(turn);
    }

    /// A leg has no subscriber any more.
    synchronized void drop(Leg leg) {
        if (leg.view().drop(leg)) {
            views = Arrays.stream(views).filter(view -> view != leg.view()).toArray(View[]::new);
        }
    }
}

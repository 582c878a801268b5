// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import io.netty.buffer.Unpooled;
import java.util.List;

/// How far one client is in a channel, and what is written to it alone: pieces of the log as they
/// stand, or single publications with a `prev` of their own. Each moves the cursor on, and so does
/// what the client is rightly not sent; where to go, and when, is for [Recovery] to say.
///
/// Touched by the session's loop only, except for [#index], which the log reads to know what is
/// still needed.
final class Cursor {
    private final Subscription subscription;
    private final Outbox outbox;

    /// What the client has, or was rightly not sent.
    private Position at;

    /// What the client really has: behind `at` where something was left out.
    private Position has;

    /// The next entry of the log, or what is known instead of it. Guarded by the channel's lock.
    private long index;

    /// Bytes that the leg has handed out and this client was not sent.
    private long owed;

    Cursor(Subscription subscription, Position at, Position has) {
        this.subscription = subscription;
        this.outbox = subscription.session().outbox();
        this.at = at;
        this.has = has;
    }

    Position at() {
        return at;
    }

    Position has() {
        return has;
    }

    /// Where it is behind these, which follow it.
    Position behind(List<Publication> publications) {
        return publications.isEmpty() ? at : publications.getLast().position(at.epoch());
    }

    /// What is up to `to` is not for this client.
    void pass(Position to) {
        at = to;
    }

    /// To what the client has, or what it is told to take as that.
    void moveTo(Position to) {
        at = to;
        has = to;
    }

    /// To what the client really has.
    void back() {
        at = has;
    }

    // ---- in the log

    /// The log's entry that is needed next, or negative when that is not known. Under the channel's
    /// lock.
    long index() {
        return index;
    }

    /// Under the channel's lock.
    void place(long at) {
        index = at;
    }

    /// The same as [#index], looked up where it was not known. Under the channel's lock.
    long find() {
        if (index == FrameLog.UNKNOWN || index == FrameLog.AHEAD) {
            Position top = subscription.channel().top();
            boolean known = at.epoch().equals(top.epoch());
            index = known ? view().log().indexAfter(at, top) : FrameLog.MISSING;
        }
        return index;
    }

    // ---- what is owed

    /// @return whether what the session is owed is within its bound
    boolean owe(int bytes) {
        owed += bytes;
        return outbox.owe(bytes);
    }

    /// What is owed will not be sent.
    void settle() {
        outbox.owe(-owed);
        owed = 0;
    }

    private void pay(long bytes) {
        long paid = Math.min(owed, bytes);
        owed -= paid;
        outbox.owe(-paid);
    }

    // ---- writing

    void write(FrameLog.Piece piece) {
        switch (piece) {
            case FrameLog.Piece.Shared shared -> share(shared);
            case FrameLog.Piece.Own(Publication publication, _, int length) -> {
                if (publication != null) {
                    deliver(publication);
                }
                pay(length);
            }
        }
    }

    private void share(FrameLog.Piece.Shared piece) {
        int bytes = piece.frames().readableBytes();
        if (bytes > 0) {
            outbox.write(piece.frames());
            pay(bytes);
        }
        Publication seen = piece.seen();
        if (seen != null) {
            at = seen.position(at.epoch());
        }
        Publication sent = piece.sent();
        if (sent != null) {
            has = sent.position(at.epoch());
            meter().delivered.add(piece.publications());
            outbox.reached(subscription.channel().name(), has);
        }
    }

    /// Writes one publication of the history, if it passes.
    void judge(Publication publication) {
        if (passes(publication)) {
            deliver(publication);
        } else {
            at = publication.position(at.epoch());
        }
    }

    List<Publication> passing(List<Publication> publications) {
        return view().sieve() == null
                ? publications
                : publications.stream().filter(this::passes).toList();
    }

    private boolean passes(Publication publication) {
        Sieve sieve = view().sieve();
        return sieve == null || sieve.passes(publication);
    }

    /// Writes one publication with its own `prev`.
    void deliver(Publication publication) {
        at = publication.position(at.epoch());
        Session session = subscription.session();
        if (session.id().equals(publication.content().except())) {
            return;
        }
        String channel = subscription.channel().name();
        byte[] frame =
                session.endpoint()
                        .encoder()
                        .push(new Push.Delivery(channel, publication, has.offset()));
        if (frame != null) {
            outbox.write(Unpooled.wrappedBuffer(frame), channel, at);
        }
        has = at;
        meter().delivered.increment();
    }

    private View view() {
        return subscription.leg().view();
    }

    private Meter meter() {
        return subscription.leg().turn().meter();
    }
}

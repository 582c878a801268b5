// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Position;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a session still has to be sent: nothing, while it keeps up; otherwise its places in the
/// logs (a [Recovery] for each subscription that is not in step), and how many bytes they amount
/// to. Bounded: over the endpoint's limit, a channel's [ChannelRules.Lagging] decides.
///
/// What the session is sent by itself (replies, messages) is not in a log and waits in the
/// transport. The limit does not bound one message, as a client that reads gets there: over it the
/// session ends only if what waits does not move ([Backlog]), commands are refused from
/// [#REFUSE_OVER] limits on, and [#END_OVER] limits end it. Touched by its loop only.
final class Outbox {
    private static final int SMALL = 256;
    private static final int CHUNK = 16 << 10;

    private static final int REFUSE_OVER = 4;
    private static final int END_OVER = 16;

    private final Session session;
    private final Transport transport;
    private final Turn turn;
    private final int limit;
    private @Nullable List<Recovery> recoveries;
    private @Nullable ByteBuf gathered;

    /// Exists while more waits than the limit, or a ping has no answer.
    private @Nullable Backlog backlog;

    private long owed;
    private boolean written;
    private boolean closed;
    private long wroteAt;

    Outbox(Session session, Transport transport, int limit) {
        this.session = session;
        this.transport = transport;
        this.turn = session.turn();
        this.limit = limit;
        this.wroteAt = turn.now();
    }

    Session session() {
        return session;
    }

    /// Whether the session takes more now.
    boolean ready() {
        return !closed && transport.writable();
    }

    /// Hands whole frames to the transport; takes over the reference.
    void write(ByteBuf frames) {
        if (closed) {
            frames.release();
            return;
        }
        passOn();
        transport.write(frames);
        noteWritten();
    }

    /// Hands over what brings a channel's subscription up to a position.
    void write(ByteBuf frames, String channel, Position upTo) {
        write(frames);
        reached(channel, upTo);
    }

    void begins(String channel, Position at) {
        transport.begins(channel, at);
    }

    void reached(String channel, Position upTo) {
        if (!closed) {
            transport.reached(channel, upTo);
        }
    }

    private void noteWritten() {
        wroteAt = turn.now();
        if (!written) {
            written = true;
            turn.unflushed(this);
        }
    }

    /// Sends one frame of this session's own, whether or not it is ready: a reply is not withheld.
    ///
    /// @return whether the session goes on
    boolean send(byte @Nullable [] frame) {
        if (frame == null || closed) {
            return true;
        }
        long before = waiting();
        gather(frame);
        noteWritten();
        if (backlog != null) {
            backlog.add(frame.length);
        } else if (before + frame.length > limit) {
            backlog = new Backlog(before + frame.length, turn.now());
        }
        return before <= (long) limit * END_OVER;
    }

    /// Bytes that the operating system has not taken yet.
    long waiting() {
        return transport.pending() + (gathered == null ? 0 : gathered.readableBytes());
    }

    /// Whether the limit leaves room for a message that can wait elsewhere.
    boolean takesMore() {
        return !closed && waiting() <= limit;
    }

    /// Whether so much waits that nothing more is to be asked for.
    boolean full() {
        return backlog != null && waiting() > (long) limit * REFUSE_OVER;
    }

    /// A ping is about to be sent: a client that reads what is in front of it lives.
    void watch() {
        if (backlog == null && waiting() > 0) {
            backlog = new Backlog(waiting(), turn.now());
        }
    }

    /// Looks, about once a second, whether what waits moves.
    ///
    /// @return whether the client was seen to read
    boolean look(long now) {
        Backlog watched = backlog;
        if (watched == null) {
            return false;
        }
        long waiting = waiting();
        if (waiting == 0) {
            backlog = null;
        }
        return watched.look(waiting, now);
    }

    /// Whether the client reads nothing of what has waited, over the limit, for 10 s.
    boolean stalled() {
        return backlog != null && backlog.stalled() && transport.draining() && waiting() > limit;
    }

    /// For the log.
    String numbers() {
        return "waiting="
                + waiting()
                + " bytes, behind in its channels="
                + owed
                + " bytes, limit="
                + limit
                + ", not moved for "
                + (backlog == null ? 0 : backlog.unmovedSeconds())
                + " s";
    }

    /// Frames of this session's own go into one buffer for each turn: an entry in the transport for
    /// each small reply would cost it many times the reply.
    private void gather(byte[] frame) {
        if (gathered != null && gathered.readableBytes() + frame.length > CHUNK) {
            passOn();
        }
        if (gathered == null) {
            gathered = ByteBufAllocator.DEFAULT.directBuffer(Math.max(SMALL, frame.length));
        }
        gathered.writeBytes(frame);
    }

    private void passOn() {
        ByteBuf own = gathered;
        if (own != null) {
            gathered = null;
            transport.write(own);
        }
    }

    void flush() {
        written = false;
        if (!closed) {
            passOn();
            transport.flush();
        }
    }

    /// The transport takes more again: everything that waits goes on, as far as it goes.
    void writable() {
        if (recoveries != null) {
            for (Recovery recovery : List.copyOf(recoveries)) {
                if (!ready()) {
                    return;
                }
                recovery.proceed();
            }
        }
    }

    void add(Recovery recovery) {
        if (recoveries == null) {
            recoveries = new ArrayList<>(1);
        }
        recoveries.add(recovery);
    }

    void remove(Recovery recovery) {
        if (recoveries != null) {
            recoveries.remove(recovery);
            if (recoveries.isEmpty()) {
                recoveries = null;
            }
        }
    }

    /// @return whether what is owed is within the bound
    boolean owe(long bytes) {
        owed += bytes;
        return owed <= limit;
    }

    /// What this session is behind by, in bytes.
    long owed() {
        return owed;
    }

    /// When something was last written, on the turn's clock.
    long wroteAt() {
        return wroteAt;
    }

    /// The transport was asked to send something on its own.
    void wrote() {
        wroteAt = turn.now();
    }

    /// Drops what there is, and takes nothing more.
    void cut() {
        closed = true;
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
    }

    /// Passes on what there is, and takes nothing more.
    void close() {
        if (!closed) {
            passOn();
            closed = true;
        }
    }
}

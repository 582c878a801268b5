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
/// to. Bounded: over the endpoint's limit, a channel's [ChannelRules.Lagging] decides. Touched by
/// its loop only.
final class Outbox {
    private static final int SMALL = 256;
    private static final int CHUNK = 16 << 10;

    private final Transport transport;
    private final Turn turn;
    private final int limit;
    private @Nullable List<Recovery> recoveries;
    private @Nullable ByteBuf gathered;
    private long owed;
    private boolean written;
    private boolean closed;
    private long wroteAt;

    Outbox(Transport transport, Turn turn, int limit) {
        this.transport = transport;
        this.turn = turn;
        this.limit = limit;
        this.wroteAt = turn.now();
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
    /// @return whether it still fits
    boolean send(byte @Nullable [] frame) {
        if (frame != null && !closed) {
            gather(frame);
            noteWritten();
        }
        return transport.pending() + (gathered == null ? 0 : gathered.readableBytes()) <= limit;
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

    /// Passes on what there is, and takes nothing more.
    void close() {
        if (!closed) {
            passOn();
            closed = true;
        }
    }
}

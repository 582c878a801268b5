// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Close;
import dev.fanfare.protocol.Utf8;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The message that is under way: there is none while a connection is idle.
///
/// It holds at most [FrameLimits#message] bytes, however much was announced, or what they may take
/// deflated; a deflated message is inflated when it is complete, by [Inflation].
final class Incoming {
    static final int TEXT = 1;
    static final int BINARY = 2;

    private static final int SMALLEST_BUFFER = 1_024;
    private static final byte[] NOTHING = {};
    private static final ThreadLocal<byte[]> SCRATCH =
            ThreadLocal.withInitial(() -> new byte[8 << 10]);

    private final FrameLimits limits;
    private final int kind;
    private Fate fate;
    private int fragments;
    private int text = Utf8.COMPLETE;
    private int count;
    private byte @Nullable [] content;
    private @Nullable Close fault;

    enum Fate {
        KEPT,
        /// Kept, to be inflated when it is complete.
        DEFLATED,
        THROWN_AWAY,
        /// The same, and what it says is not looked at.
        DEFLATED_AWAY
    }

    /// @param kind [#TEXT] or [#BINARY]
    Incoming(FrameLimits limits, int kind, Fate fate) {
        this.limits = limits;
        this.kind = kind;
        this.fate = fate;
    }

    /// What is wrong with it, once something is: the connection must be closed with this.
    @Nullable Close fault() {
        return fault;
    }

    /// One more frame of it begins.
    void fragment(long length) {
        if (++fragments > limits.fragments()) {
            broken(1008, "too many fragments: at most " + limits.fragments());
        } else if (fate == Fate.KEPT && count + length > limits.message()) {
            become(Fate.THROWN_AWAY);
        }
    }

    /// The next bytes of its payload.
    ///
    /// @param left of the frame, these included
    /// @return the mask for those behind them
    int take(ByteBuf in, int bytes, int mask, long left) {
        int some = bytes;
        int next = mask;
        if (fate == Fate.DEFLATED && count + bytes > most()) {
            some = most() - count;
            next = keep(in, some, next, left);
            judge();
            some = bytes - some;
        }
        return switch (fate) {
            case KEPT, DEFLATED -> keep(in, some, next, left);
            case THROWN_AWAY, DEFLATED_AWAY -> throwAway(in, some, next);
        };
    }

    private int keep(ByteBuf in, int bytes, int mask, long left) {
        byte[] room = room(bytes, left);
        in.readBytes(room, count, bytes);
        int next = Masking.apply(mask, room, count, count + bytes);
        if (fate == Fate.KEPT) {
            look(room, count, count + bytes);
        }
        count += bytes;
        return next;
    }

    /// Grows by what has come, not by what was announced.
    private byte[] room(int bytes, long left) {
        byte[] room = content;
        int needed = count + bytes;
        if (room == null) {
            room = new byte[bytes == left ? bytes : Math.max(SMALLEST_BUFFER, needed)];
        } else if (room.length < needed) {
            room = Arrays.copyOf(room, Math.max(needed, Math.min(room.length * 2, most())));
        }
        content = room;
        return room;
    }

    private int throwAway(ByteBuf in, int bytes, int mask) {
        byte[] scratch = SCRATCH.get();
        int next = mask;
        for (int left = bytes; left > 0; ) {
            int some = Math.min(left, scratch.length);
            in.readBytes(scratch, 0, some);
            next = Masking.apply(next, scratch, 0, some);
            if (fate == Fate.THROWN_AWAY) {
                look(scratch, 0, some);
            }
            left -= some;
        }
        return next;
    }

    private void look(byte[] bytes, int from, int to) {
        if (kind == TEXT) {
            text = Utf8.advance(text, bytes, from, to);
            if (text == Utf8.INVALID) {
                broken(1007, "invalid UTF-8");
            }
        }
    }

    /// The most that is kept of it as it comes.
    private int most() {
        return fate == Fate.DEFLATED ? Inflation.mostDeflated(limits) : limits.message();
    }

    /// More is deflated than a message within the limit takes: thrown away, unless the first of it
    /// is a bomb already.
    private void judge() {
        byte[] kept = content == null ? NOTHING : content;
        broken(Inflation.here().judge(kept, count, limits));
        become(Fate.DEFLATED_AWAY);
    }

    private void become(Fate other) {
        fate = other;
        content = null;
        count = limits.message();
    }

    /// Hands it over, unless something turns out to be wrong with it.
    void complete(FrameReader.Peer peer) {
        byte[] complete = content == null ? NOTHING : content;
        content = null;
        switch (fate) {
            case DEFLATED -> {
                switch (Inflation.here().inflate(complete, count, limits)) {
                    case Inflation.Inflated(byte[] inflated) -> {
                        look(inflated, 0, inflated.length);
                        deliver(peer, inflated);
                    }
                    case Inflation.Fault wrong -> {
                        broken(wrong);
                        deliver(peer, null);
                    }
                }
            }
            case KEPT ->
                    deliver(
                            peer,
                            count == complete.length ? complete : Arrays.copyOf(complete, count));
            case THROWN_AWAY, DEFLATED_AWAY -> deliver(peer, null);
        }
    }

    private void deliver(FrameReader.Peer peer, byte @Nullable [] message) {
        if (text != Utf8.COMPLETE) {
            broken(1007, "invalid UTF-8");
        }
        if (fault != null) {
            return;
        }
        if (message == null) {
            peer.tooLarge();
        } else if (kind == TEXT) {
            peer.text(message);
        } else {
            peer.binary(message);
        }
    }

    private void broken(Inflation.Fault wrong) {
        switch (wrong) {
            case TOO_LARGE -> {}
            case BOMB -> broken(1009, "inflates to more than " + limits.frame() + " bytes");
            case CORRUPT -> broken(1007, "corrupt deflate data");
        }
    }

    private void broken(int code, String reason) {
        if (fault == null) {
            fault = Close.of(code, reason);
        }
    }
}

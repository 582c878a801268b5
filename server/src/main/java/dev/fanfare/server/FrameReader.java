// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Close;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads what a client sends after the upgrade, as RFC 6455 has it and not a bit more.
///
/// It goes over the bytes once, as they come, and holds nothing but the message that is under way:
/// at most [FrameLimits#message] bytes, however much was announced. After a violation or a Close it
/// reads nothing more. Called on the connection's loop only.
///
/// ```
///  0               1               2       10                14
/// +-+---+-+-------+-+-------------+-- ... --+-----------------+---------
/// |F|RSV|.|opcode |M| length      | 16 / 64 | mask            | payload
/// +-+---+-+-------+-+-------------+-- ... --+-----------------+---------
/// ```
final class FrameReader {
    /// Hears what was read. It may close the connection in any of these.
    interface Peer {
        /// @param message valid UTF-8
        void text(byte[] message);

        void binary(byte[] message);

        /// A whole message was read and thrown away.
        void tooLarge();

        void ping(byte[] payload);

        void pong();

        /// @param code as the client sent it, or [#NO_STATUS]
        void closed(int code);

        /// The connection must be closed with this.
        void violated(Close close);
    }

    /// For [Peer#closed]: the Close frame was empty (RFC 6455, 7.1.5).
    static final int NO_STATUS = 1005;

    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int MASKED = 0x80;
    private static final int LARGEST_CONTROL = 125;
    private static final int SMALLEST_BUFFER = 1_024;
    private static final byte[] NOTHING = {};
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final ThreadLocal<byte[]> SCRATCH =
            ThreadLocal.withInitial(() -> new byte[8 << 10]);

    private final FrameLimits limits;
    private final Dialect.Messages messages;
    private final Peer peer;

    private Stage stage = Stage.FIRST;
    private int first;

    /// Bytes of the length or the mask still to come.
    private int missing;

    /// The length as far as it is read, then the bytes of payload still to come.
    private long length;

    /// The mask as far as it is read; its lowest byte is for the next byte of payload.
    private int mask;

    /// The opcode of the message under way, or 0.
    private int message;

    private int fragments;
    private int text;
    private int count;
    private byte @Nullable [] content;
    private Fate fate = Fate.KEPT;
    private byte[] control = NOTHING;

    private enum Stage {
        FIRST,
        SECOND,
        LENGTH,
        MASK,
        PAYLOAD,
        DONE
    }

    private enum Fate {
        KEPT,
        THROWN_AWAY
    }

    FrameReader(FrameLimits limits, Dialect.Messages messages, Peer peer) {
        this.limits = limits;
        this.messages = messages;
        this.peer = peer;
    }

    /// Whether a message has begun and is not complete.
    boolean open() {
        return message != 0 && stage != Stage.DONE;
    }

    /// Reads all there is.
    void read(ByteBuf in) {
        while (in.isReadable()) {
            switch (stage) {
                case FIRST -> first(in.readUnsignedByte());
                case SECOND -> second(in.readUnsignedByte());
                case LENGTH -> length(in.readUnsignedByte());
                case MASK -> mask(in.readUnsignedByte());
                case PAYLOAD -> payload(in);
                case DONE -> in.skipBytes(in.readableBytes());
            }
        }
    }

    /// Reads nothing more.
    void stop() {
        stage = Stage.DONE;
        content = null;
        message = 0;
    }

    private void first(int octet) {
        int opcode = octet & 0xf;
        if ((octet & RESERVED) != 0) {
            violated(1002, "reserved bit set");
        } else if (opcode > PONG || (opcode > BINARY && opcode < CLOSE)) {
            violated(1002, "reserved opcode");
        } else if (opcode >= CLOSE && (octet & FIN) == 0) {
            violated(1002, "fragmented control frame");
        } else if (opcode == CONTINUATION && message == 0) {
            violated(1002, "continuation of nothing");
        } else if ((opcode == TEXT || opcode == BINARY) && message != 0) {
            violated(1002, "a message inside a message");
        } else if (opcode == BINARY && messages == Dialect.Messages.TEXT) {
            violated(1003, "text only");
        } else {
            first = octet;
            stage = Stage.SECOND;
        }
    }

    private void second(int octet) {
        int announced = octet & 0x7f;
        if ((octet & MASKED) == 0) {
            violated(1002, "frame without a mask");
        } else if (control() && announced > LARGEST_CONTROL) {
            violated(1002, "control frame too large");
        } else if (announced < 126) {
            length = announced;
            begin();
        } else {
            length = 0;
            missing = announced == 126 ? Short.BYTES : Long.BYTES;
            // What the length must reach, so that it could not have been shorter.
            mask = announced == 126 ? 126 : 1 << 16;
            stage = Stage.LENGTH;
        }
    }

    private void length(int octet) {
        if (mask == 1 << 16 && missing == Long.BYTES && octet > 0x7f) {
            violated(1002, "length with its top bit set");
            return;
        }
        length = (length << 8) | octet;
        if (--missing == 0) {
            if (length < mask) {
                violated(1002, "length not minimal");
            } else {
                begin();
            }
        }
    }

    /// The length is known.
    private void begin() {
        if (length > limits.frame()) {
            violated(1009, "frame too large: at most " + limits.frame() + " bytes");
            return;
        }
        if (!control()) {
            if (message == 0) {
                message = first & 0xf;
                fragments = 0;
                count = 0;
                text = Utf8.COMPLETE;
                fate = Fate.KEPT;
            }
            if (++fragments > limits.fragments()) {
                violated(1008, "too many fragments: at most " + limits.fragments());
                return;
            }
            if (count + length > limits.message()) {
                fate = Fate.THROWN_AWAY;
                content = null;
                count = limits.message();
            }
        }
        mask = 0;
        missing = Integer.BYTES;
        stage = Stage.MASK;
    }

    private void mask(int octet) {
        mask |= octet << (8 * (Integer.BYTES - missing));
        if (--missing == 0) {
            stage = Stage.PAYLOAD;
            if (control()) {
                control = length == 0 ? NOTHING : new byte[(int) length];
            }
            if (length == 0) {
                end();
            }
        }
    }

    private void payload(ByteBuf in) {
        int bytes = (int) Math.min(length, in.readableBytes());
        if (control()) {
            int at = control.length - (int) length;
            in.readBytes(control, at, bytes);
            unmask(control, at, at + bytes);
        } else if (fate == Fate.KEPT) {
            keep(in, bytes);
        } else {
            throwAway(in, bytes);
        }
        length -= bytes;
        if (!control() && text == Utf8.INVALID) {
            violated(1007, "invalid UTF-8");
        } else if (length == 0) {
            end();
        }
    }

    private void keep(ByteBuf in, int bytes) {
        byte[] room = room(bytes);
        in.readBytes(room, count, bytes);
        unmask(room, count, count + bytes);
        if (message == TEXT) {
            text = Utf8.advance(text, room, count, count + bytes);
        }
        count += bytes;
    }

    /// Grows by what has come, not by what was announced.
    private byte[] room(int bytes) {
        byte[] room = content;
        int needed = count + bytes;
        if (room == null) {
            boolean whole = bytes == length && (first & FIN) != 0;
            room = new byte[whole ? bytes : Math.max(SMALLEST_BUFFER, needed)];
        } else if (room.length < needed) {
            room =
                    Arrays.copyOf(
                            room, Math.max(needed, Math.min(room.length * 2, limits.message())));
        }
        content = room;
        return room;
    }

    private void throwAway(ByteBuf in, int bytes) {
        byte[] scratch = SCRATCH.get();
        int left = bytes;
        while (left > 0) {
            int some = Math.min(left, scratch.length);
            in.readBytes(scratch, 0, some);
            unmask(scratch, 0, some);
            if (message == TEXT) {
                text = Utf8.advance(text, scratch, 0, some);
            }
            left -= some;
        }
    }

    private void unmask(byte[] bytes, int from, int to) {
        int at = from;
        long wide = (mask & 0xffffffffL) | ((long) mask << 32);
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            LONGS.set(bytes, at, (long) LONGS.get(bytes, at) ^ wide);
        }
        for (; at < to; at++) {
            bytes[at] ^= (byte) mask;
            mask = Integer.rotateRight(mask, 8);
        }
    }

    /// The frame is complete.
    private void end() {
        stage = Stage.FIRST;
        if (control()) {
            endControl();
        } else if ((first & FIN) != 0) {
            endMessage();
        }
    }

    private void endMessage() {
        int kind = message;
        byte[] complete = content;
        message = 0;
        content = null;
        if (kind == TEXT && text != Utf8.COMPLETE) {
            violated(1007, "invalid UTF-8");
        } else if (fate == Fate.THROWN_AWAY) {
            peer.tooLarge();
        } else {
            if (complete == null) {
                complete = NOTHING;
            } else if (complete.length != count) {
                complete = Arrays.copyOf(complete, count);
            }
            if (kind == TEXT) {
                peer.text(complete);
            } else {
                peer.binary(complete);
            }
        }
    }

    private void endControl() {
        byte[] payload = control;
        control = NOTHING;
        switch (first & 0xf) {
            case PING -> peer.ping(payload);
            case PONG -> peer.pong();
            default -> endClose(payload);
        }
    }

    private void endClose(byte[] payload) {
        if (payload.length == 1) {
            violated(1002, "half a close code");
            return;
        }
        int code = NO_STATUS;
        if (payload.length > 1) {
            code = ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
            if (!mayBeSent(code)) {
                violated(1002, "invalid close code");
                return;
            }
            if (Utf8.advance(Utf8.COMPLETE, payload, 2, payload.length) != Utf8.COMPLETE) {
                violated(1007, "invalid UTF-8");
                return;
            }
        }
        stop();
        peer.closed(code);
    }

    /// RFC 6455, 7.4, and what IANA has added to it.
    private static boolean mayBeSent(int code) {
        return (code >= 1000 && code <= 1003)
                || (code >= 1007 && code <= 1014)
                || (code >= 3000 && code <= 4999);
    }

    private boolean control() {
        return (first & 0xf) >= CLOSE;
    }

    private void violated(int code, String reason) {
        stop();
        peer.violated(Close.of(code, reason));
    }
}

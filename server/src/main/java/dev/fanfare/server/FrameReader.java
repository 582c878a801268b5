// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Close;
import dev.fanfare.protocol.Utf8;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Reads what a client sends after the upgrade, as RFC 6455 has it and not a bit more.
///
/// It goes over the bytes once, as they come, and holds nothing but the message that is under way:
/// at most [FrameLimits#message] bytes, however much was announced, or what they may take deflated.
/// A deflated message is inflated when it is complete, by [Inflation]. After a violation or a Close
/// it reads nothing more. Called on the connection's loop only.
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

        /// Whether another frame is taken now; what is behind it stays where it is.
        default boolean hasRoom() {
            return true;
        }
    }

    /// For [Peer#closed]: the Close frame was empty (RFC 6455, 7.1.5).
    static final int NO_STATUS = 1005;

    private static final int CONTINUATION = 0;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int DEFLATED = 0x40;
    private static final int MASKED = 0x80;
    private static final int LARGEST_CONTROL = 125;
    private static final byte[] NOTHING = {};

    private final FrameLimits limits;
    private final Dialect.Messages messages;
    private final Compression.Mode compression;
    private final Peer peer;

    private Stage stage = Stage.FIRST;
    private int first;

    /// Bytes of the length or the mask still to come.
    private int missing;

    /// The length as far as it is read, then the bytes of payload still to come.
    private long length;

    /// The mask as far as it is read; its lowest byte is for the next byte of payload.
    private int mask;

    private @Nullable Incoming message;
    private byte[] control = NOTHING;

    private enum Stage {
        FIRST,
        SECOND,
        LENGTH,
        MASK,
        PAYLOAD,
        DONE
    }

    /// @param compression what was agreed at the upgrade
    FrameReader(
            FrameLimits limits,
            Dialect.Messages messages,
            Compression.Mode compression,
            Peer peer) {
        this.limits = limits;
        this.messages = messages;
        this.compression = compression;
        this.peer = peer;
    }

    /// Whether a message has begun and is not complete.
    boolean open() {
        return message != null && stage != Stage.DONE;
    }

    /// Reads all there is, or as much as there is room for.
    void read(ByteBuf in) {
        while (in.isReadable()) {
            switch (stage) {
                case FIRST -> {
                    if (!peer.hasRoom()) {
                        return;
                    }
                    first(in.readUnsignedByte());
                }
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
        message = null;
    }

    private void first(int octet) {
        int opcode = octet & 0xf;
        if ((octet & RESERVED) != 0 && !deflated(octet)) {
            violated(1002, "reserved bit set");
        } else if (opcode > PONG || (opcode > Incoming.BINARY && opcode < CLOSE)) {
            violated(1002, "reserved opcode");
        } else if (opcode >= CLOSE && (octet & FIN) == 0) {
            violated(1002, "fragmented control frame");
        } else if (opcode == CONTINUATION && message == null) {
            violated(1002, "continuation of nothing");
        } else if ((opcode == Incoming.TEXT || opcode == Incoming.BINARY) && message != null) {
            violated(1002, "a message inside a message");
        } else if (opcode == Incoming.BINARY && messages == Dialect.Messages.TEXT) {
            violated(1003, "text only");
        } else {
            first = octet;
            stage = Stage.SECOND;
        }
    }

    /// Whether it begins a message that may be deflated.
    private boolean deflated(int octet) {
        int opcode = octet & 0xf;
        return compression == Compression.Mode.DEFLATE
                && (octet & RESERVED) == DEFLATED
                && (opcode == Incoming.TEXT || opcode == Incoming.BINARY);
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
        if (!control() && !wellBegun()) {
            return;
        }
        mask = 0;
        missing = Integer.BYTES;
        stage = Stage.MASK;
    }

    private boolean wellBegun() {
        Incoming now = message;
        if (now == null) {
            now =
                    new Incoming(
                            limits,
                            first & 0xf,
                            (first & DEFLATED) == 0 ? Incoming.Fate.KEPT : Incoming.Fate.DEFLATED);
            message = now;
        }
        now.fragment(length);
        return well(now);
    }

    private boolean well(Incoming now) {
        Close fault = now.fault();
        if (fault != null) {
            violated(fault);
        }
        return fault == null;
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
        Incoming now = message;
        if (control()) {
            int at = control.length - (int) length;
            in.readBytes(control, at, bytes);
            mask = Masking.apply(mask, control, at, at + bytes);
        } else if (now != null) {
            mask = now.take(in, bytes, mask, length);
            if (!well(now)) {
                return;
            }
        }
        length -= bytes;
        if (length == 0) {
            end();
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
        Incoming complete = message;
        message = null;
        if (complete != null) {
            complete.complete(peer);
            well(complete);
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
        violated(Close.of(code, reason));
    }

    private void violated(Close close) {
        stop();
        peer.violated(close);
    }
}

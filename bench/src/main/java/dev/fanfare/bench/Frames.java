// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.nio.ByteBuffer;

/// A client's side of RFC 6455's frames: what it writes is masked, what it reads is not. Whole
/// messages only: a fragmented one is an error here, as nothing that is measured sends any.
final class Frames {
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /// The most that a header takes.
    static final int HEADER = 14;

    private Frames() {}

    interface Sink {
        void frame(int opcode, byte[] bytes, int from, int to);
    }

    /// Hands over each complete frame.
    ///
    /// @return where the first incomplete one begins
    /// @throws IllegalStateException for a frame that is fragmented, masked or compressed
    static int read(byte[] bytes, int from, int to, Sink sink) {
        int at = from;
        while (to - at >= 2) {
            int first = bytes[at] & 0xFF;
            int length = bytes[at + 1] & 0xFF;
            if ((first & 0xF0) != 0x80 || length > 127) {
                throw new IllegalStateException("unexpected frame: " + first + " " + length);
            }
            int body = at + 2;
            if (length == 126) {
                body += 2;
            } else if (length == 127) {
                body += 8;
            }
            if (body > to) {
                return at;
            }
            if (length >= 126) {
                length = (int) number(bytes, at + 2, body);
            }
            if (length > to - body) {
                return at;
            }
            sink.frame(first & 15, bytes, body, body + length);
            at = body + length;
        }
        return at;
    }

    static void write(ByteBuffer out, int opcode, byte[] body, int mask) {
        out.put((byte) (0x80 | opcode));
        if (body.length < 126) {
            out.put((byte) (0x80 | body.length));
        } else if (body.length < 65_536) {
            out.put((byte) (0x80 | 126)).putShort((short) body.length);
        } else {
            out.put((byte) (0x80 | 127)).putLong(body.length);
        }
        out.putInt(mask);
        for (int i = 0; i < body.length; i++) {
            out.put((byte) (body[i] ^ (mask >>> (24 - 8 * (i & 3)))));
        }
    }

    private static long number(byte[] bytes, int from, int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            value = value << 8 | (bytes[i] & 0xFF);
        }
        return value;
    }
}

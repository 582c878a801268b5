// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.protocol.Framing;

/// Complete WebSocket text frames as a server sends them: final, unmasked, of any length (RFC 6455,
/// section 5.2).
///
/// ```
/// |1 0 0 0 0 0 0 1|0| length < 126                     | text
/// |1 0 0 0 0 0 0 1|0| 126 | length in 16 bits          | text
/// |1 0 0 0 0 0 0 1|0| 127 | length in 64 bits          | text
/// ```
public final class TextFrame {
    private static final byte FINAL_TEXT = (byte) 0x81;

    /// Puts the header before a text that is written into the same array.
    static final Framing FRAMING =
            new Framing() {
                @Override
                public int headroom(int length) {
                    return TextFrame.headroom(length);
                }

                @Override
                public void fill(byte[] frame, int length) {
                    header(frame, length);
                }
            };

    private TextFrame() {}

    /// @param payload valid UTF-8
    public static byte[] of(byte[] payload) {
        int headroom = headroom(payload.length);
        byte[] frame = new byte[headroom + payload.length];
        header(frame, payload.length);
        System.arraycopy(payload, 0, frame, headroom, payload.length);
        return frame;
    }

    /// One frame of all the parts, one after the other.
    ///
    /// @param parts together valid UTF-8
    public static byte[] of(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        int at = headroom(length);
        byte[] frame = new byte[at + length];
        header(frame, length);
        for (byte[] part : parts) {
            System.arraycopy(part, 0, frame, at, part.length);
            at += part.length;
        }
        return frame;
    }

    private static int headroom(int length) {
        return length < 126 ? 2 : length < 1 << 16 ? 4 : 10;
    }

    private static void header(byte[] frame, int length) {
        frame[0] = FINAL_TEXT;
        int headroom = headroom(length);
        if (headroom == 2) {
            frame[1] = (byte) length;
            return;
        }
        frame[1] = (byte) (headroom == 4 ? 126 : 127);
        int rest = length;
        for (int i = headroom - 1; i > 1; i--) {
            frame[i] = (byte) rest;
            rest >>>= 8;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/// The WebSocket frames that we send, and how the same bytes become the payload of a long-poll:
/// packets with 0x1e between them, bytes as `b` and base64 (Engine.IO protocol 4).
final class Frames {
    private static final byte TEXT = (byte) 0x81;
    private static final byte BINARY = (byte) 0x82;
    static final byte SEPARATOR = 0x1e;

    private Frames() {}

    static byte[] text(String packet) {
        return text(packet.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] text(byte[]... parts) {
        return packet(List.of(), parts);
    }

    /// A text frame of all the parts, and a binary one for each attachment, in one array.
    static byte[] packet(List<byte[]> attachments, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        int total = header(length) + length;
        for (byte[] attachment : attachments) {
            total += header(attachment.length) + attachment.length;
        }
        byte[] frames = new byte[total];
        int at = begin(frames, 0, TEXT, length);
        for (byte[] part : parts) {
            System.arraycopy(part, 0, frames, at, part.length);
            at += part.length;
        }
        for (byte[] attachment : attachments) {
            at = begin(frames, at, BINARY, attachment.length);
            System.arraycopy(attachment, 0, frames, at, attachment.length);
            at += attachment.length;
        }
        return frames;
    }

    private static int header(int length) {
        return length < 126 ? 2 : length < 1 << 16 ? 4 : 10;
    }

    private static int begin(byte[] frames, int at, byte kind, int length) {
        int header = header(length);
        frames[at] = kind;
        if (header == 2) {
            frames[at + 1] = (byte) length;
        } else {
            frames[at + 1] = (byte) (header == 4 ? 126 : 127);
            int rest = length;
            for (int i = header - 1; i > 1; i--) {
                frames[at + i] = (byte) rest;
                rest >>>= 8;
            }
        }
        return at + header;
    }

    /// What a long-poll is answered with.
    ///
    /// @param frames whole frames of ours, the first `length` bytes of it
    static byte[] payload(byte[] frames, int length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(length);
        int at = 0;
        while (at < length) {
            if (at > 0) {
                out.write(SEPARATOR);
            }
            boolean binary = frames[at] == BINARY;
            int size = frames[at + 1] & 0x7f;
            at += 2;
            if (size > 125) {
                int more = size == 126 ? 2 : 8;
                size = 0;
                for (int i = 0; i < more; i++) {
                    size = size << 8 | frames[at++] & 0xff;
                }
            }
            if (binary) {
                out.write('b');
                byte[] bytes = new byte[size];
                System.arraycopy(frames, at, bytes, 0, size);
                out.writeBytes(Base64.getEncoder().encode(bytes));
            } else {
                out.write(frames, at, size);
            }
            at += size;
        }
        return out.toByteArray();
    }
}

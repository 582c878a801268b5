// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Encoder;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.Deflater;

/// Deflates what is sent (RFC 7692, 7.2.1). It has one [DeflatingEncoder] for each encoder, for the
/// hub shares frames by an encoder's identity, and a few deflaters for all: none belongs to a
/// session. Any thread.
final class Deflation {
    /// Of those lent back; each has some 256 KB outside of the heap.
    private static final int MOST_IDLE = 8;

    /// A sync flush ends with `00 00 ff ff`, which is not sent.
    private static final int TAIL = 4;

    private static final int FINAL = 0x80;
    private static final int DEFLATED = 0x40;
    private static final int TEXT = 1;
    private static final int BINARY = 2;

    private final ConcurrentHashMap<Wanted, DeflatingEncoder> encoders = new ConcurrentHashMap<>();
    private final ArrayBlockingQueue<Deflater> idle = new ArrayBlockingQueue<>(MOST_IDLE);

    private record Wanted(Encoder plain, Compression compression) {}

    /// Always the same one for these.
    Encoder encoder(Encoder plain, Compression compression) {
        return encoders.computeIfAbsent(
                new Wanted(plain, compression),
                wanted -> new DeflatingEncoder(plain, this, wanted.compression().threshold()));
    }

    /// The same frames, the whole data messages among them deflated where that is worth it.
    ///
    /// @param frames any number of complete, unmasked frames
    /// @param threshold bytes of payload from which it may be worth it
    byte[] deflate(byte[] frames, int threshold) {
        if (frames.length <= threshold) {
            return frames;
        }
        byte[] out = new byte[frames.length];
        int end = 0;
        boolean smaller = false;
        for (int at = 0; at < frames.length; ) {
            int payload = at + header(frames, at);
            int next = payload + length(frames, at);
            int count = 0;
            if (next - payload >= threshold && wholeMessage(frames[at])) {
                count = deflate(frames, payload, next, out, end);
            }
            if (count > 0) {
                end = seal(out, end, payload - at, count, frames[at]);
                smaller = true;
            } else {
                System.arraycopy(frames, at, out, end, next - at);
                end += next - at;
            }
            at = next;
        }
        return smaller ? Arrays.copyOf(out, end) : frames;
    }

    private static boolean wholeMessage(byte first) {
        int opcode = first & 0xf;
        return (first & FINAL) != 0 && (opcode == TEXT || opcode == BINARY);
    }

    /// Deflates a payload to where it would be in a frame at `end` with a header as long as now.
    ///
    /// @return its bytes, or 0 when they would be no fewer
    private int deflate(byte[] frames, int from, int to, byte[] out, int end) {
        Deflater lent = idle.poll();
        Deflater deflater = lent == null ? new Deflater(Deflater.BEST_SPEED, true) : lent;
        deflater.setInput(frames, from, to - from);
        int room = to - from;
        int count = deflater.deflate(out, end + header(to - from), room, Deflater.SYNC_FLUSH);
        deflater.reset();
        if (!idle.offer(deflater)) {
            deflater.end();
        }
        return count == room ? 0 : count - TAIL;
    }

    /// Puts the header before a payload, which moves up when that is shorter than it was.
    ///
    /// @return where the frame ends
    private static int seal(byte[] out, int at, int room, int count, byte first) {
        int header = header(count);
        if (header != room) {
            System.arraycopy(out, at + room, out, at + header, count);
        }
        out[at] = (byte) (first | DEFLATED);
        if (header == 2) {
            out[at + 1] = (byte) count;
        } else {
            out[at + 1] = (byte) (header == 4 ? 126 : 127);
            for (int i = header - 1, rest = count; i > 1; i--, rest >>>= 8) {
                out[at + i] = (byte) rest;
            }
        }
        return at + header + count;
    }

    private static int header(int length) {
        return length < 126 ? 2 : length < 1 << 16 ? 4 : 10;
    }

    private static int header(byte[] frames, int at) {
        return switch (frames[at + 1]) {
            case 126 -> 4;
            case 127 -> 10;
            default -> 2;
        };
    }

    private static int length(byte[] frames, int at) {
        int header = header(frames, at);
        if (header == 2) {
            return frames[at + 1];
        }
        int length = 0;
        for (int i = at + 2; i < at + header; i++) {
            length = (length << 8) | (frames[i] & 0xff);
        }
        return length;
    }
}

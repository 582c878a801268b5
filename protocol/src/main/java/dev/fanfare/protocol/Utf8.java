// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Validates UTF-8 as it comes (RFC 3629). A state is how many continuation bytes are missing, and
/// from and to where the next of them may be.
public final class Utf8 {
    /// Between two characters.
    public static final int COMPLETE = 0;

    public static final int INVALID = -1;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8() {}

    /// Whether all of it is UTF-8.
    public static boolean valid(byte[] bytes) {
        return advance(COMPLETE, bytes, 0, bytes.length) == COMPLETE;
    }

    /// @return the state after `bytes[from, to)`
    public static int advance(int state, byte[] bytes, int from, int to) {
        int at = from;
        int now = state;
        while (at < to && now != INVALID) {
            if (now == COMPLETE) {
                at = ascii(bytes, at, to);
                if (at == to) {
                    return COMPLETE;
                }
                now = first(bytes[at++] & 0xff);
            } else {
                now = next(now, bytes[at++] & 0xff);
            }
        }
        return now;
    }

    /// Where the first byte is that is not ASCII, or `to`.
    private static int ascii(byte[] bytes, int from, int to) {
        int at = from;
        while (at + Long.BYTES <= to && ((long) LONGS.get(bytes, at) & HIGH_BITS) == 0) {
            at += Long.BYTES;
        }
        while (at < to && bytes[at] >= 0) {
            at++;
        }
        return at;
    }

    private static int first(int octet) {
        if (octet < 0xc2 || octet > 0xf4) {
            return INVALID;
        }
        return switch (octet) {
            case 0xe0 -> missing(2, 0xa0, 0xbf);
            case 0xed -> missing(2, 0x80, 0x9f);
            case 0xf0 -> missing(3, 0x90, 0xbf);
            case 0xf4 -> missing(3, 0x80, 0x8f);
            default -> missing(octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3, 0x80, 0xbf);
        };
    }

    private static int next(int state, int octet) {
        int low = (state >> 8) & 0xff;
        int high = (state >> 16) & 0xff;
        if (octet < low || octet > high) {
            return INVALID;
        }
        int left = (state & 0xff) - 1;
        return left == 0 ? COMPLETE : missing(left, 0x80, 0xbf);
    }

    private static int missing(int count, int low, int high) {
        return count | (low << 8) | (high << 16);
    }
}

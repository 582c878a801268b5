// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The masking of a client's payload (RFC 6455, 5.3).
final class Masking {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Masking() {}

    /// @param mask its lowest byte is for the first of `bytes[from, to)`
    /// @return the mask for what follows
    static int apply(int mask, byte[] bytes, int from, int to) {
        int at = from;
        int next = mask;
        long wide = (mask & 0xffffffffL) | ((long) mask << 32);
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            LONGS.set(bytes, at, (long) LONGS.get(bytes, at) ^ wide);
        }
        for (; at < to; at++) {
            bytes[at] ^= (byte) next;
            next = Integer.rotateRight(next, 8);
        }
        return next;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// A client's side of permessage-deflate, written apart from the server's.
final class Deflating {
    private Deflating() {}

    /// A message as RFC 7692, 7.2.1 has it.
    static byte[] deflated(byte[] message) {
        byte[] flushed = flushed(message, 0);
        return message.length == 0 ? new byte[] {0} : Arrays.copyOf(flushed, flushed.length - 4);
    }

    /// Zeros: `megabytes` of them, in about a thousandth.
    static byte[] bomb(int megabytes) {
        byte[] flushed = flushed(new byte[1 << 20], megabytes - 1);
        return Arrays.copyOf(flushed, flushed.length - 4);
    }

    private static byte[] flushed(byte[] message, int again) {
        try (Deflater deflater = new Deflater(9, true)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] some = new byte[64 << 10];
            for (int i = 0; i <= again; i++) {
                deflater.setInput(message);
                int flush = i == again ? Deflater.SYNC_FLUSH : Deflater.NO_FLUSH;
                for (int n = deflater.deflate(some, 0, some.length, flush);
                        n > 0;
                        n = deflater.deflate(some, 0, some.length, flush)) {
                    out.write(some, 0, n);
                    if (n < some.length) {
                        break;
                    }
                }
            }
            return out.toByteArray();
        }
    }

    static byte[] inflated(byte[] deflated) {
        byte[] whole = Arrays.copyOf(deflated, deflated.length + 4);
        whole[whole.length - 2] = (byte) 0xff;
        whole[whole.length - 1] = (byte) 0xff;
        try (Inflater inflater = new Inflater(true)) {
            inflater.setInput(whole);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] some = new byte[64 << 10];
            for (int n = inflater.inflate(some); n > 0; n = inflater.inflate(some)) {
                out.write(some, 0, n);
            }
            return out.toByteArray();
        } catch (DataFormatException e) {
            throw new AssertionError(e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

/// Whether messages may be deflated where the client offers it (RFC 7692), always without context
/// takeover: no session keeps a window, and a publication is deflated once for all.
///
/// What many sessions are sent is deflated when it is large enough; what one session alone is sent
/// is not, as nobody shares the price.
///
/// @param threshold bytes from which a payload is deflated; a smaller one fits into a packet anyhow
public record Compression(Mode mode, int threshold) {
    public enum Mode {
        OFF,
        DEFLATE
    }

    /// Every offer is declined.
    public static final Compression OFF = new Compression(Mode.OFF, 1_024);

    /// From 1 KB.
    public static final Compression DEFLATE = new Compression(Mode.DEFLATE, 1_024);

    public Compression {
        if (threshold < 1) {
            throw new IllegalArgumentException(
                    "compression threshold: " + threshold + " is less than 1");
        }
    }

    public Compression threshold(int bytes) {
        return new Compression(mode, bytes);
    }
}

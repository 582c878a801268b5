// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.time.Duration;

/// What a peer's frames may be.
///
/// @param message bytes of a whole message; a longer one is thrown away as it comes, and answered
///   with an error
/// @param frame bytes that one frame may announce; more closes the connection with 1009
/// @param fragments of one message; more closes with 1008
/// @param messageWithin how long a message may stay incomplete; longer closes with 1008
/// @param controls pings and pongs a second; more closes with 4013
public record FrameLimits(
        int message, long frame, int fragments, Duration messageWithin, int controls) {
    public static final FrameLimits DEFAULT =
            new FrameLimits(64 << 10, 1 << 20, 1_024, Duration.ofSeconds(10), 10);

    public FrameLimits message(int bytes) {
        return new FrameLimits(bytes, Math.max(frame, bytes), fragments, messageWithin, controls);
    }
}

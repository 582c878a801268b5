// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.time.Duration;

/// How an endpoint of the native protocol is reached without a WebSocket (`protocol/SPEC.md`, 13).
///
/// @param path of the same listener; empty for not at all
/// @param heartbeat after how much silence a stream is sent a comment
/// @param life of a stream: it ends after nine tenths of it at least, and its client comes back to
///   whichever node it is sent to
public record Exchanges(String path, Duration heartbeat, Duration life) {
    public static final Exchanges DEFAULT =
            new Exchanges("/exchange", Duration.ofSeconds(15), Duration.ofHours(1));
    public static final Exchanges OFF = DEFAULT.path("");

    public Exchanges {
        if (!path.isEmpty() && (!path.startsWith("/") || path.endsWith("/"))) {
            throw new IllegalArgumentException(
                    "the exchange's path begins with a slash and does not end with one: " + path);
        }
        if (!heartbeat.isPositive() || !life.isPositive()) {
            throw new IllegalArgumentException(
                    "the exchange's heartbeat and life must be positive: "
                            + heartbeat
                            + ", "
                            + life);
        }
    }

    public Exchanges path(String other) {
        return new Exchanges(other, heartbeat, life);
    }

    public Exchanges heartbeat(Duration other) {
        return new Exchanges(path, other, life);
    }

    public Exchanges life(Duration other) {
        return new Exchanges(path, heartbeat, other);
    }
}

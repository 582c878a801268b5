// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

/// How a session ends. Codes below 3000 are RFC 6455's and IANA's; 4000 to 4499 mean *come back*,
/// 4500 to 4999 *do not*, except the two that pass with time: [#NO_CONNECT] and
/// [#TOO_MANY_CONNECTIONS].
///
/// @param code the WebSocket close code
/// @param reason what the client is told, at most 123 bytes of UTF-8
/// @param retryAfter milliseconds to wait before coming back, or -1 for the client's own backoff
public record Close(int code, String reason, long retryAfter) {
    public static final Close NORMAL = of(1000, "normal closure");
    public static final Close GOING_AWAY = of(1001, "going away");
    public static final Close TRY_LATER = of(1013, "try again later");
    public static final Close INTERNAL = of(1011, "internal error");

    /// The connection was lost, or never closed in form; never sent.
    public static final Close LOST = of(1006, "connection lost");

    public static final Close TOKEN_EXPIRED = of(4005, "token expired");
    public static final Close TOO_SLOW = of(4008, "too slow");
    public static final Close NO_PONG = of(4012, "no answer to a ping");
    public static final Close FLOOD = of(4013, "too many requests");

    public static final Close INVALID_TOKEN = of(4501, "invalid token");

    /// A device that slept between opening and `connect`, or a slow network.
    public static final Close NO_CONNECT = of(4502, "no connect command in time");

    /// Another connection may end any time: it may be a dead one of this very client, which counts
    /// until its heartbeat is missed.
    public static final Close TOO_MANY_CONNECTIONS =
            new Close(4504, "too many connections", 30_000);

    public static final Close BAD_COMMANDS = of(4506, "too many bad commands");
    public static final Close REVOKED = of(4507, "access revoked");
    public static final Close UNSUPPORTED_VERSION = of(4508, "unsupported protocol version");

    public static Close of(int code, String reason) {
        return new Close(code, reason, -1);
    }

    /// The node restarts: come back after `retryAfter` milliseconds.
    public static Close restart(long retryAfter) {
        return new Close(1012, "service restart", retryAfter);
    }

    /// Whether a client should come back by itself: not only where the same client can never
    /// succeed.
    public boolean reconnect() {
        return switch (code) {
            case 1000, 1008 -> false;
            case 4502, 4504 -> true;
            default -> code < 4500;
        };
    }
}

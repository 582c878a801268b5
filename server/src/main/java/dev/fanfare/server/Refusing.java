// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Close;
import dev.fanfare.server.http.Response;
import org.jspecify.annotations.Nullable;

/// What an exchange whose session never got in is answered, where that is said by a status and not
/// by frames.
final class Refusing {
    private Refusing() {}

    /// @param close how the session ended
    /// @return null where frames say it
    static @Nullable Response of(ExchangeRequest.Form form, Close close) {
        if (close.code() == Close.GOING_AWAY.code() || close.code() == Close.restart(0).code()) {
            return unavailable(Math.max(1, (close.retryAfter() + 999) / 1_000));
        }
        return switch (form) {
            case POLL, STREAM -> null;
            case FOLLOW -> follower(close);
        };
    }

    /// A browser's EventSource comes back for as long as the status is 200.
    private static @Nullable Response follower(Close close) {
        if (close.code() == Close.INVALID_TOKEN.code()
                || close.code() == Close.TOKEN_EXPIRED.code()) {
            return Response.error(401, "unauthorized", "This token does not let anybody in.")
                    .header("WWW-Authenticate", "Bearer");
        }
        return close.reconnect()
                ? null
                : Response.error(403, "forbidden", "This session may not begin.");
    }

    /// @param seconds after which to come back
    static Response unavailable(long seconds) {
        return Response.error(503, "unavailable", "This node takes no sessions now. Come back.")
                .header("Retry-After", String.valueOf(seconds))
                .header("Connection", "close");
    }
}

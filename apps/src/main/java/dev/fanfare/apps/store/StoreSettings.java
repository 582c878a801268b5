// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.core.Authenticator;
import dev.fanfare.server.http.Origins;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// How a store's live updates are run.
///
/// @param port of the HTTP listener; 0 for any that is free
/// @param socket where WebSocket connections come in
/// @param identity how users say who they are
/// @param apiKey what a change by HTTP needs as `Authorization: Bearer`; null lets anybody change
/// @param origins web origins, besides the app's own, whose pages may connect and ask
/// @param requestsPerSecond changes that one address may make; four times as many at once
/// @param casing of the events on the wire
/// @param pingInterval after how much silence a client is pinged
/// @param grace how long a user whose last connection is gone still counts as here
public record StoreSettings(
        int port,
        Socket socket,
        Identity identity,
        @Nullable String apiKey,
        Origins origins,
        int requestsPerSecond,
        StoreEvent.Casing casing,
        Duration pingInterval,
        Duration grace) {

    /// @param port of a listener of its own, 0 for any that is free; empty for the HTTP port
    /// @param path exact
    public record Socket(OptionalInt port, String path) {
        public static final Socket DEFAULT = new Socket(OptionalInt.empty(), "/ws");

        public Socket {
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException(
                        "WS_PATH: '" + path + "' does not begin with a slash");
            }
        }
    }

    /// How users say who they are.
    public sealed interface Identity {
        /// They are believed: whoever names an id has it. For development; said at the start as a
        /// warning.
        record Claimed() implements Identity {}

        /// They show a token in `data.token` of `authenticate`, and are who it says.
        record Verified(Authenticator tokens, Stores stores) implements Identity {}
    }

    /// What the claim `stores` of a token, one id or a list of them, means for the stores it opens.
    public enum Stores {
        /// Those that it names, and none without it.
        LISTED,
        /// Those that it names, and any without it.
        ANY_UNLESS_LISTED
    }

    public StoreSettings {
        if (requestsPerSecond < 1 || requestsPerSecond > 1_000_000) {
            throw new IllegalArgumentException(
                    "store: requests-per-second="
                            + requestsPerSecond
                            + " is not within 1 to 1000000");
        }
    }

    /// @param apiKey what a change by HTTP needs
    public static StoreSettings of(Identity identity, String apiKey) {
        return new StoreSettings(
                8001,
                Socket.DEFAULT,
                identity,
                apiKey,
                Origins.SAME,
                50,
                StoreEvent.Casing.LOWER,
                Duration.ofSeconds(30),
                Duration.ofSeconds(5));
    }

    /// As the demo runs it, on this machine: changes need no key.
    public static StoreSettings demo(Identity identity) {
        return new StoreSettings(
                8001,
                Socket.DEFAULT,
                identity,
                null,
                Origins.SAME,
                1_000_000,
                StoreEvent.Casing.LOWER,
                Duration.ofSeconds(30),
                Duration.ofSeconds(5));
    }

    public StoreSettings port(int number) {
        return new StoreSettings(
                number,
                socket,
                identity,
                apiKey,
                origins,
                requestsPerSecond,
                casing,
                pingInterval,
                grace);
    }

    public StoreSettings socket(Socket where) {
        return new StoreSettings(
                port,
                where,
                identity,
                apiKey,
                origins,
                requestsPerSecond,
                casing,
                pingInterval,
                grace);
    }

    public StoreSettings identity(Identity how) {
        return new StoreSettings(
                port, socket, how, apiKey, origins, requestsPerSecond, casing, pingInterval, grace);
    }

    public StoreSettings origins(Origins allowed) {
        return new StoreSettings(
                port,
                socket,
                identity,
                apiKey,
                allowed,
                requestsPerSecond,
                casing,
                pingInterval,
                grace);
    }

    public StoreSettings requestsPerSecond(int most) {
        return new StoreSettings(
                port, socket, identity, apiKey, origins, most, casing, pingInterval, grace);
    }

    public StoreSettings casing(StoreEvent.Casing written) {
        return new StoreSettings(
                port,
                socket,
                identity,
                apiKey,
                origins,
                requestsPerSecond,
                written,
                pingInterval,
                grace);
    }
}

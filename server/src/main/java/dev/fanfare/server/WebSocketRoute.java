// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Endpoint;
import dev.fanfare.server.http.Origins;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A path of a listener where WebSocket connections become sessions of an endpoint.
///
/// @param path exact
/// @param dialect the endpoint's encoder and this are one object
/// @param gate asked before the upgrade; null where the endpoint's authenticator decides after it
/// @param handshake what an upgrade request must and may have
/// @param frames what the peer's frames may be
/// @param compression whether messages may be deflated
public record WebSocketRoute(
        String path,
        Endpoint endpoint,
        Dialect dialect,
        @Nullable Gate gate,
        Handshake handshake,
        FrameLimits frames,
        Compression compression) {

    public WebSocketRoute {
        if (endpoint.encoder() != dialect) {
            throw new IllegalArgumentException(
                    "the endpoint's encoder must be its dialect: endpoint=" + endpoint.name());
        }
    }

    /// @param origins pages of other origins are refused with 403; no Origin is no browser
    /// @param subprotocols of those a client offers, the first that is here is chosen
    /// @param failedStatus answers an upgrade that is not one, where HTTP's own status would be 426
    ///   or 405
    public record Handshake(Origins origins, List<String> subprotocols, int failedStatus) {
        /// Same origin, no subprotocol, the statuses HTTP has for it.
        public static final Handshake DEFAULT =
                new Handshake(Origins.SAME, List.of(), Handshake.BY_CAUSE);

        /// For `failedStatus`: 426 or 405, by what is wrong.
        public static final int BY_CAUSE = 0;

        public Handshake {
            subprotocols = List.copyOf(subprotocols);
        }
    }

    public static WebSocketRoute of(String path, Endpoint endpoint, Dialect dialect) {
        return new WebSocketRoute(
                path,
                endpoint,
                dialect,
                null,
                Handshake.DEFAULT,
                FrameLimits.DEFAULT,
                Compression.OFF);
    }

    public WebSocketRoute gate(Gate before) {
        return new WebSocketRoute(path, endpoint, dialect, before, handshake, frames, compression);
    }

    public WebSocketRoute origins(Origins allowed) {
        return handshake(new Handshake(allowed, handshake.subprotocols, handshake.failedStatus));
    }

    public WebSocketRoute failedUpgradeStatus(int status) {
        return handshake(new Handshake(handshake.origins, handshake.subprotocols, status));
    }

    public WebSocketRoute subprotocols(String... supported) {
        return handshake(
                new Handshake(handshake.origins, List.of(supported), handshake.failedStatus));
    }

    public WebSocketRoute handshake(Handshake other) {
        return new WebSocketRoute(path, endpoint, dialect, gate, other, frames, compression);
    }

    public WebSocketRoute frames(FrameLimits limits) {
        return new WebSocketRoute(path, endpoint, dialect, gate, handshake, limits, compression);
    }

    public WebSocketRoute compression(Compression other) {
        return new WebSocketRoute(path, endpoint, dialect, gate, handshake, frames, other);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import dev.fanfare.server.TypedHandler;
import java.nio.charset.StandardCharsets;

/// Answers `ping` with `pong`, in the envelope.
final class PingPong implements TypedHandler<PingPong.Ping> {
    private static final Content PONG =
            Content.of("pong", "{}".getBytes(StandardCharsets.US_ASCII));

    /// Nothing in it matters.
    record Ping() {}

    @Override
    public String messageType() {
        return "ping";
    }

    @Override
    public Class<Ping> type() {
        return Ping.class;
    }

    @Override
    public void handle(Session session, Ping message) {
        session.send(PONG);
    }
}

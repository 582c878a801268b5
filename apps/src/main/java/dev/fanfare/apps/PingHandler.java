// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import dev.fanfare.server.TypedHandler;
import java.nio.charset.StandardCharsets;

/// Answers `ping` with `pong`.
public final class PingHandler implements TypedHandler<PingHandler.Ping> {
    private static final Content PONG =
            Content.of("{\"type\":\"pong\"}".getBytes(StandardCharsets.US_ASCII));

    public PingHandler() {}

    /// Nothing in it matters.
    public record Ping() {}

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

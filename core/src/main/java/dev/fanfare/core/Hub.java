// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.Engine;
import dev.fanfare.engine.Published;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who is connected to this node, and who listens where.
public final class Hub implements AutoCloseable {

    /// @param rules the rules of every channel there is; an endpoint's own rulebook says which of
    ///   them exist there
    public Hub(Engine engine, Rulebook rules, Payloads payloads, Environment environment) {
        throw new UnsupportedOperationException();
    }

    /// A connection is open. Called on the transport's loop.
    ///
    /// @param credentials what came with the connection; with [Endpoint.Admission#ON_OPEN] they are
    ///   judged now
    public Session open(Endpoint endpoint, Transport transport, Credentials credentials) {
        throw new UnsupportedOperationException();
    }

    /// A connection is open, of somebody who was verified before.
    public Session open(Endpoint endpoint, Transport transport, Principal principal) {
        throw new UnsupportedOperationException();
    }

    public Channel channel(String name) {
        throw new UnsupportedOperationException();
    }

    public User user(String id) {
        throw new UnsupportedOperationException();
    }

    /// Sends to every connected session that matches.
    ///
    /// @return how many sessions it was handed to
    public int broadcast(Object value, Predicate<Session> to) {
        throw new UnsupportedOperationException();
    }

    /// The connected sessions.
    public List<Session> sessions() {
        throw new UnsupportedOperationException();
    }

    /// Channels with subscribers on this node, and how many.
    public Map<String, Integer> channels() {
        throw new UnsupportedOperationException();
    }

    public Counts counts() {
        throw new UnsupportedOperationException();
    }

    /// Tells every session to come back, spread evenly over `window`, and completes when all are
    /// closed.
    public CompletionStage<Void> drain(Duration window) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    Content content(Object value) {
        throw new UnsupportedOperationException();
    }

    CompletionStage<Published> publish(
            String channel, Content content, @Nullable String idempotencyKey) {
        throw new UnsupportedOperationException();
    }

    Engine engine() {
        throw new UnsupportedOperationException();
    }

    Users users() {
        throw new UnsupportedOperationException();
    }

    int deliver(List<Session> sessions, Content content) {
        throw new UnsupportedOperationException();
    }
}

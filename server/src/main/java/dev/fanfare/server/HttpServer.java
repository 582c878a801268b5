// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Environment;
import dev.fanfare.core.Hub;
import java.io.IOException;
import java.util.List;

/// The listeners of a node, on one set of loops.
@SuppressWarnings("DoNotCallSuggester")
public final class HttpServer implements AutoCloseable {
    private HttpServer() {}

    /// Binds every listener, or none.
    ///
    /// @param transport stays the caller's to close, after this
    /// @throws IOException names the listener that could not be bound
    public static HttpServer start(
            NettyTransport transport, Node node, List<ListenerSpec> listeners) throws IOException {
        throw new UnsupportedOperationException();
    }

    /// What the listeners need of the node they serve.
    public record Node(Hub hub, Environment environment, HttpLimits limits) {}

    /// The port that the listener of that name is bound to.
    ///
    /// @throws IllegalArgumentException when there is none
    public int port(String listener) {
        throw new UnsupportedOperationException();
    }

    /// Takes no more connections; those that are open stay.
    public void stopAccepting() {
        throw new UnsupportedOperationException();
    }

    /// Stops accepting, and cuts what is still open.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}

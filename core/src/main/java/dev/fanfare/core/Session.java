// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Position;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// One connection's state: who it is, what it subscribes to, what it may take.
///
/// The methods under *transport* are called on the session's loop; all others from any thread.
public final class Session {
    Session() {}

    public String id() {
        throw new UnsupportedOperationException();
    }

    public Endpoint endpoint() {
        throw new UnsupportedOperationException();
    }

    /// Who it is; null until it is connected.
    public @Nullable Principal principal() {
        throw new UnsupportedOperationException();
    }

    /// The user's id.
    ///
    /// @throws IllegalStateException when the session is not connected
    public String user() {
        throw new UnsupportedOperationException();
    }

    /// The hub's channel of that name.
    public Channel channel(String name) {
        throw new UnsupportedOperationException();
    }

    /// Names of the channels subscribed.
    public List<String> subscriptions() {
        throw new UnsupportedOperationException();
    }

    /// Sends to this session alone.
    public void send(Object value) {
        throw new UnsupportedOperationException();
    }

    /// Tells the client what could not be done.
    public void refuse(Refusal refusal) {
        throw new UnsupportedOperationException();
    }

    /// Subscribes this session, whatever the rules say; the client is sent [Push.Subscribed].
    /// Completes when the subscription is live. Fails with [IllegalStateException] when it is
    /// subscribed already or the session is closed.
    public CompletionStage<Position> subscribe(String channel) {
        throw new UnsupportedOperationException();
    }

    /// The same, and `snapshot` is sent before the first publication.
    public CompletionStage<Position> subscribe(String channel, Snapshot snapshot) {
        throw new UnsupportedOperationException();
    }

    /// Ends a subscription; the client is sent [Push.Unsubscribed].
    public void unsubscribe(String channel, Refusal reason) {
        throw new UnsupportedOperationException();
    }

    public void disconnect(Close close) {
        throw new UnsupportedOperationException();
    }

    // ---- transport

    /// Something came from the peer: any bytes, a pong included.
    public void heard() {
        throw new UnsupportedOperationException();
    }

    public void receive(Command command) {
        throw new UnsupportedOperationException();
    }

    /// The transport's [Transport#writable] has turned true.
    public void writable() {
        throw new UnsupportedOperationException();
    }

    /// The connection is gone.
    public void closed(Close close) {
        throw new UnsupportedOperationException();
    }
}

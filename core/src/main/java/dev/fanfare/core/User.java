// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.util.List;
import java.util.concurrent.CompletionStage;

/// A user with however many sessions on this node. Any thread.
public final class User {
    private final Hub hub;
    private final String id;

    User(Hub hub, String id) {
        this.hub = hub;
        this.id = id;
    }

    public String id() {
        return id;
    }

    /// The user's open sessions.
    public List<Session> sessions() {
        return hub.users().sessions(id);
    }

    /// Sends to every session of the user that takes messages; while there is none, the message
    /// waits for the first that asks. From the moment it is handed to a session it is not kept: a
    /// connection that dies before the bytes have left takes it along.
    ///
    /// @return what became of it; fails with [dev.fanfare.engine.EngineUnavailable] when it is not
    ///   known whether it waits
    /// @throws IllegalArgumentException when it cannot be sent, and says why
    public CompletionStage<Sent> send(Object value) {
        return hub.inboxes().send(id, hub.content(value));
    }

    /// The same, under an event name.
    public CompletionStage<Sent> send(String event, Object value) {
        return hub.inboxes().send(id, hub.content(event, value));
    }

    /// Closes every session of the user.
    ///
    /// @return how many were closed
    public int disconnect(Close close) {
        List<Session> open = sessions();
        open.forEach(session -> session.disconnect(close));
        return open.size();
    }
}

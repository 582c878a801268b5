// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.util.List;

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

    /// Sends to every open session of the user.
    ///
    /// @return how many sessions it was handed to
    public int send(Object value) {
        return hub.deliver(sessions(), hub.content(value));
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

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a server under load is spoken to in.
interface Wire {
    /// Who a connection is.
    enum Role {
        SUBSCRIBER,
        PUBLISHER,
        /// Sends and waits for what comes back.
        CALLER
    }

    /// One step of a login.
    ///
    /// @param send the text to send; nothing where there is only something to wait for
    /// @param await what the answer has in it
    record Step(String send, String await) {}

    default Carrier carrier(Role role) {
        return Carrier.WEBSOCKET;
    }

    /// @param index the connection's number
    String path(Role role, int index);

    /// What its first request has to say; nothing for most.
    default String body(Role role, int index) {
        return "";
    }

    /// @param usual the server's
    default int port(Role role, int usual) {
        return usual;
    }

    /// What is said before a connection counts as open.
    List<Step> login(Role role, int index);

    /// What a publisher sends.
    ///
    /// @param bytes the payload's size
    Template publication(int bytes);

    /// What a caller sends; its answer has the sequence number after [#answerMarker].
    Template call(int bytes);

    /// What is in front of the sequence number of a call's answer.
    String answerMarker();

    /// What a publisher is sent for each publication that was accepted, or null when it is sent
    /// nothing.
    @Nullable String acknowledgement();

    /// The server's question whether the client lives, as the text of a whole message, and what to
    /// say to it.
    @Nullable Step heartbeat();
}

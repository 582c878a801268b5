// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Command;
import dev.fanfare.core.Encoder;

/// A wire protocol: what a client's messages mean, and the frames that are sent to it. One object
/// serves every session of every endpoint that speaks it.
public interface Dialect extends Encoder {
    /// What the text of one complete message asks for; what cannot be understood is a
    /// [Command.Malformed].
    ///
    /// @param text valid UTF-8, at most the endpoint's largest message
    Command decode(byte[] text);

    /// What a binary message asks for. Called only where [#messages] says so.
    default Command decodeBinary(byte[] data) {
        throw new UnsupportedOperationException("binary");
    }

    default Messages messages() {
        return Messages.TEXT;
    }

    /// How the transport's ping and the dialect's own heartbeat divide the work.
    default Heartbeat heartbeat() {
        return Heartbeat.TRANSPORT;
    }

    enum Heartbeat {
        /// A silent client is sent a WebSocket ping.
        TRANSPORT,
        /// A silent client is sent [dev.fanfare.core.Push.Ping], which the dialect has a frame for.
        DIALECT
    }

    enum Messages {
        /// A binary message closes the connection with 1003.
        TEXT,
        TEXT_AND_BINARY
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

/// How a client learns that it may not come in.
public enum Refused {
    /// It is never connected: `connect_error`, with the reason. The client does not come back by
    /// itself.
    CONNECT_ERROR,
    /// It is connected and disconnected at once, as servers do that look at it in their connection
    /// handler.
    DISCONNECT
}

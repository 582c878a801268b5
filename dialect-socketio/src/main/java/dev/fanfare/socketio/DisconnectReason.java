// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Close;

/// Why a socket ends, in the words of Socket.IO.
final class DisconnectReason {
    /// The client's `disconnect()`.
    static final Close CLIENT = Close.of(1000, "client namespace disconnect");

    /// The client closed the connection of all its sockets.
    static final Close CLOSED = Close.of(1000, "transport close");

    static final Close LOST = Close.of(1006, "transport close");
    static final Close SILENT = Close.of(1001, "ping timeout");
    static final Close BROKEN = Close.of(1002, "parse error");

    /// The client has come back by another connection.
    static final Close SUPERSEDED = Close.of(1001, "transport close");

    private static final String ERROR = "transport error";

    private DisconnectReason() {}

    /// Why a session ends whose WebSocket has ended so.
    static Close transport(Close socket) {
        return switch (socket.code()) {
            case 1002, 1003, 1007, 1009 -> Close.of(socket.code(), ERROR);
            default -> Close.of(socket.code(), CLOSED.reason());
        };
    }

    static String of(Close close) {
        boolean connection =
                close.equals(CLIENT)
                        || close.equals(SILENT)
                        || close.equals(BROKEN)
                        || close.equals(transport(close));
        if (connection) {
            return close.reason();
        }
        return close.equals(Close.GOING_AWAY) || close.code() == 1012
                ? "server shutting down"
                : "server namespace disconnect";
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import java.util.ArrayList;
import java.util.List;

/// What a [WebSocketClient] asks for when it connects.
///
/// @param headers whole header lines
/// @param receiveBuffer SO_RCVBUF in bytes; 0 leaves it to the system
public record Handshake(List<String> headers, int receiveBuffer) {
    public static final Handshake PLAIN = new Handshake(List.of(), 0);

    public Handshake {
        headers = List.copyOf(headers);
    }

    public Handshake header(String name, String value) {
        List<String> more = new ArrayList<>(headers);
        more.add(name + ": " + value);
        return new Handshake(more, receiveBuffer);
    }

    public Handshake origin(String origin) {
        return header("Origin", origin);
    }

    public Handshake cookie(String cookie) {
        return header("Cookie", cookie);
    }

    public Handshake subprotocol(String protocols) {
        return header("Sec-WebSocket-Protocol", protocols);
    }

    public Handshake bearer(String token) {
        return header("Authorization", "Bearer " + token);
    }

    /// A small buffer lets a client that stops reading be felt soon.
    public Handshake receiveBuffer(int bytes) {
        return new Handshake(headers, bytes);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import java.util.Map;

/// The server answered an upgrade with something other than 101.
public final class HandshakeRefused extends RuntimeException {
    private final int status;
    private final transient Map<String, String> headers;

    HandshakeRefused(int status, Map<String, String> headers) {
        super("the handshake was refused: " + status + " " + headers);
        this.status = status;
        this.headers = headers;
    }

    /// The HTTP status, or 0 when the connection ended without an answer.
    public int status() {
        return status;
    }

    /// By their names in lower case; of several with one name the last.
    public Map<String, String> headers() {
        return headers;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

/// What came is no packet. The connection ends; the message is for the log and repeats nothing of
/// what came.
final class BadPacket extends Exception {
    private static final long serialVersionUID = 1L;

    BadPacket(String message) {
        super(message, null, false, false);
    }
}

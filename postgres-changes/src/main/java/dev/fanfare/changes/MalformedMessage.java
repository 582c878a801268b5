// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// The server sent what this does not understand. Nothing after it can be trusted, so the
/// connection ends.
final class MalformedMessage extends RuntimeException {
    MalformedMessage(String message) {
        super(message);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// The listener threw: it has not taken over what it was told.
final class ListenerFailure extends RuntimeException {
    ListenerFailure(Throwable cause) {
        super("the listener failed: " + cause, cause);
    }
}

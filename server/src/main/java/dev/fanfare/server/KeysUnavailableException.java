// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

/// Whether a key exists cannot be decided now: its issuer did not answer, or was asked too short a
/// time ago. It says nothing about the token.
final class KeysUnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final long retryAfter;

    /// @param retryAfter milliseconds until the issuer may be asked again
    KeysUnavailableException(String reason, long retryAfter) {
        // A value that travels as an exception: without the price of a stack trace.
        super(reason, null, false, false);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    String reason() {
        return reason;
    }

    long retryAfter() {
        return retryAfter;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import org.jspecify.annotations.Nullable;

/// The stream cannot work until a person changes something; the message says what.
public sealed class ChangesException extends RuntimeException permits TableChangedException {
    ChangesException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

/// A client has left before it answered what it was asked, as any client may. A message handler
/// that lets it pass is not at fault.
public final class ClientGoneException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    public ClientGoneException(String message) {
        super(message);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.util.concurrent.TimeoutException;

/// A client has not answered what it was asked in time, as any client may not. A message handler
/// that lets it pass is not at fault.
public final class ClientTimeoutException extends TimeoutException {
    private static final long serialVersionUID = 1L;

    public ClientTimeoutException(String message) {
        super(message);
    }
}

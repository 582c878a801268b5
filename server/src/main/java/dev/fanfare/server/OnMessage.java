// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Session;

/// What is done with a message that has been read and found valid.
@FunctionalInterface
public interface OnMessage<T> {
    /// @throws InvalidMessage refuses the message; by default as `bad_request`
    /// @throws Exception anything else is logged and answered as `internal`
    void handle(Session session, T message) throws Exception;
}

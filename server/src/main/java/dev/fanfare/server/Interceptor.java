// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Session;

/// Sees messages before their handlers do, and may refuse them.
@FunctionalInterface
public interface Interceptor<T> {
    /// @param name what the client sent the message as
    /// @throws InvalidMessage refuses the message: its handler does not see it
    /// @throws Exception anything else is logged and answered as `internal`
    void before(Session session, String name, T message) throws Exception;
}

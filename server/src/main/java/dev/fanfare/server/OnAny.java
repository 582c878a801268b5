// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Session;
import org.jspecify.annotations.Nullable;

/// What is done with messages whatever their names are.
@FunctionalInterface
public interface OnAny<T> {
    /// @param name what the client sent the message as
    /// @return the reply's data, written as JSON, or null for none
    /// @throws InvalidMessage refuses the message
    /// @throws Exception anything else is logged and answered as `internal`
    @Nullable Object handle(Session session, String name, T message) throws Exception;
}

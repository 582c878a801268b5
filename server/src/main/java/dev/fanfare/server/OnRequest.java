// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Session;
import org.jspecify.annotations.Nullable;

/// Answers a message that has been read and found valid; what it throws is treated as by
/// [OnMessage].
@FunctionalInterface
public interface OnRequest<T> {
    /// @return the reply's data, written as JSON, or null for a reply without any
    @Nullable Object answer(Session session, T message) throws Exception;
}

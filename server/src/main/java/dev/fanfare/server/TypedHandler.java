// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Access;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.MessageHandler;
import dev.fanfare.core.Session;

/// A message handler as a class of its own: one class, one call to register it.
public interface TypedHandler<T> {
    /// The name that clients send it under.
    String messageType();

    /// The record that a message is read into.
    Class<T> type();

    /// Looks at a message before [#handle] does.
    default void validate(T message) throws InvalidMessage {}

    void handle(Session session, T message) throws Exception;

    /// Who may send it; asked before it is read.
    default Access access() {
        return Access.anyone();
    }

    default MessageHandler.Where where() {
        return MessageHandler.Where.VIRTUAL_THREAD;
    }
}

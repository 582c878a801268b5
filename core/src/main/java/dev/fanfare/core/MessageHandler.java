// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import org.jspecify.annotations.Nullable;

/// Answers the messages of one name. What it throws is logged and answered as `internal`, and
/// touches nobody else.
public interface MessageHandler {
    /// Refuses messages that no handler takes.
    MessageHandler UNKNOWN =
            new MessageHandler() {
                @Override
                public byte @Nullable [] handle(Session session, byte[] data)
                        throws InvalidMessage {
                    throw new InvalidMessage(
                            Refusal.field(
                                    Refusal.Code.UNKNOWN_HANDLER,
                                    "handler",
                                    "There is no message of this name here."));
                }

                @Override
                public Where where() {
                    return Where.INLINE;
                }
            };

    /// @param data what the client sent, as its dialect delivers it (JSON)
    /// @return the reply's data, or null for none
    /// @throws InvalidMessage when the message is refused: answered with its refusal
    byte @Nullable [] handle(Session session, byte[] data) throws Exception;

    /// Who may send it; asked before it is read. It has nothing captured.
    default Access access() {
        return Access.anyone();
    }

    /// Where it runs.
    default Where where() {
        return Where.VIRTUAL_THREAD;
    }

    enum Where {
        /// On a virtual thread, begun in order for each session, and one at a time unless
        /// [Limits#handlersAtOnce] is more; it may block for up to [Limits#handlerTimeout]. Then it
        /// is interrupted, the client is answered `unavailable`, and the next one begins, even if
        /// this one ignores the interruption.
        VIRTUAL_THREAD,
        /// On the session's event loop: it must not block, and is watched.
        INLINE
    }
}

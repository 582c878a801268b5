// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.util.Map;

/// What holds for the sessions that come in by one door: their dialect, who they may be, what they
/// may send.
///
/// @param name for logs and metrics
/// @param encoder renders for these sessions; one object for all endpoints of a dialect
/// @param authenticator decides who they are
/// @param admission when a session counts as connected
/// @param rules the channels that exist here; a name that matches none is unknown
/// @param handlers of the messages that clients send
/// @param lifecycle is told of sessions
/// @param full how a session over [Limits#connections] ends
/// @param messages when its sessions take what is sent to their users
public record Endpoint(
        String name,
        Encoder encoder,
        Authenticator authenticator,
        Admission admission,
        Rulebook rules,
        MessageHandlers handlers,
        Lifecycle lifecycle,
        Limits limits,
        Close full,
        UserMessages messages) {

    /// One whose sessions take user messages at once.
    public Endpoint(
            String name,
            Encoder encoder,
            Authenticator authenticator,
            Admission admission,
            Rulebook rules,
            Map<String, MessageHandler> handlers,
            Lifecycle lifecycle,
            Limits limits,
            Close full) {
        this(
                name,
                encoder,
                authenticator,
                admission,
                rules,
                MessageHandlers.of(handlers),
                lifecycle,
                limits,
                full,
                UserMessages.AT_ONCE);
    }

    public Endpoint messages(UserMessages when) {
        return new Endpoint(
                name,
                encoder,
                authenticator,
                admission,
                rules,
                handlers,
                lifecycle,
                limits,
                full,
                when);
    }

    /// When a session is sent what is sent to its user. What waited comes, either way, only to a
    /// session that asks.
    public enum UserMessages {
        /// From the moment it is connected.
        AT_ONCE,
        /// Once it has asked; until then messages wait, if no other session takes them.
        WHEN_ASKED
    }

    public enum Admission {
        /// The client says who it is by a connect command, before any other.
        BY_COMMAND,
        /// The credentials came with the connection, and are judged once it is open.
        ON_OPEN
    }

    /// Runs on virtual threads, in order with the session's message handlers.
    public interface Lifecycle {
        Lifecycle NONE = new Lifecycle() {};

        /// Whoever came is not let in, and the session ends; nothing else is told of it.
        default void rejected(Session session, Authenticator.Outcome.Rejected why)
                throws Exception {}

        /// The session is connected.
        default void opened(Session session) throws Exception {}

        /// A session that was connected is gone. [Session#subscriptions] are the channels that it
        /// had.
        default void closed(Session session, Close close) throws Exception {}

        /// The hooks of both, first these.
        default Lifecycle and(Lifecycle then) {
            Lifecycle first = this;
            return new Lifecycle() {
                @Override
                public void rejected(Session session, Authenticator.Outcome.Rejected why)
                        throws Exception {
                    try {
                        first.rejected(session, why);
                    } finally {
                        then.rejected(session, why);
                    }
                }

                @Override
                public void opened(Session session) throws Exception {
                    try {
                        first.opened(session);
                    } finally {
                        then.opened(session);
                    }
                }

                @Override
                public void closed(Session session, Close close) throws Exception {
                    try {
                        first.closed(session, close);
                    } finally {
                        then.closed(session, close);
                    }
                }
            };
        }
    }
}

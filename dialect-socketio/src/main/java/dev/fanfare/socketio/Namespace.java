// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Limits;
import java.time.Duration;

/// A namespace, and the endpoint that its sockets are sessions of.
record Namespace(String name, Endpoint endpoint, NamespaceEncoder encoder, Traits traits) {
    /// The heartbeat is the connection's, not each session's.
    private static final Limits.Heartbeat NEVER =
            new Limits.Heartbeat(Duration.ofDays(30_000), Duration.ofDays(30_000));

    /// Handlers of one session that wait for something at the same time, by default.
    private static final int HANDLERS = 100;

    /// What a namespace has beside its endpoint.
    ///
    /// @param handlers of one session that may run at the same time
    record Traits(
            Events events, Refused refused, ErrorReplies errors, Duration recovery, int handlers) {
        static final Traits DEFAULT =
                new Traits(
                        new PlainEvents(),
                        Refused.CONNECT_ERROR,
                        ErrorReplies.NONE,
                        Duration.ZERO,
                        HANDLERS);

        Traits events(Events other) {
            return new Traits(other, refused, errors, recovery, handlers);
        }

        Traits refused(Refused other) {
            return new Traits(events, other, errors, recovery, handlers);
        }

        Traits errors(ErrorReplies other) {
            return new Traits(events, refused, other, recovery, handlers);
        }

        Traits recovery(Duration other) {
            return new Traits(events, refused, errors, other, handlers);
        }

        Traits oneAtATime() {
            return new Traits(events, refused, errors, recovery, 1);
        }
    }

    /// Whether a client that comes back is brought to where it was.
    boolean recovers() {
        return !traits.recovery.isZero();
    }

    /// @param described with the namespace's encoder
    static Namespace of(String name, Endpoint described, Traits traits) {
        Endpoint endpoint =
                new Endpoint(
                        described.name(),
                        described.encoder(),
                        described.authenticator(),
                        Endpoint.Admission.BY_COMMAND,
                        described.rules(),
                        described.handlers(),
                        described.lifecycle(),
                        limits(described.limits(), traits),
                        described.full(),
                        described.messages());
        return new Namespace(name, endpoint, (NamespaceEncoder) described.encoder(), traits);
    }

    /// An endpoint that says nothing has one handler at a time; a namespace then has its own
    /// default.
    private static Limits limits(Limits described, Traits traits) {
        boolean chosen = described.handlersAtOnce() > 1 && traits.handlers > 1;
        return described
                .heartbeat(NEVER)
                .handlersAtOnce(chosen ? described.handlersAtOnce() : traits.handlers);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.time.Duration;

/// What one session, or one user's sessions together, may take at one endpoint.
///
/// @param connections open sessions of one user
/// @param channels subscriptions of one session
/// @param outbox bytes that a session may be behind, and that may wait in its transport
/// @param badCommands malformed commands without a readable `id`, within a minute, at which the
///   session is closed
/// @param connectWithin how long an unauthenticated session may live
/// @param handlerTimeout how long one message handler, lifecycle hook, snapshot or judgement of a
///   token may take, give or take a second; then it is interrupted, and the client is told
/// @param handlersAtOnce message handlers of one session that may run at the same time. They begin
///   in order, and the next one only when the one before has finished or waits for something; 1
///   lets each finish first
public record Limits(
        int connections,
        int channels,
        Rate rate,
        int outbox,
        int badCommands,
        Duration connectWithin,
        Duration handlerTimeout,
        int handlersAtOnce,
        Heartbeat heartbeat) {

    public Limits {
        if (!handlerTimeout.isPositive()) {
            throw new IllegalArgumentException(
                    "handlerTimeout must be positive: " + handlerTimeout);
        }
        if (handlersAtOnce < 1) {
            throw new IllegalArgumentException(
                    "handlersAtOnce must be at least 1: " + handlersAtOnce);
        }
    }

    /// @param commands commands a second, by session
    /// @param burst commands that may come at once, by session
    /// @param userCommands commands a second over all of a user's sessions; its burst is in
    ///   proportion
    public record Rate(int commands, int burst, int userCommands) {}

    /// @param pingAfter silence after which the client is pinged
    /// @param pongWithin how long it may then stay silent
    public record Heartbeat(Duration pingAfter, Duration pongWithin) {}

    public static final Limits DEFAULT =
            new Limits(
                    100,
                    128,
                    new Rate(1_000, 2_000, 5_000),
                    1 << 20,
                    3,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    1,
                    new Heartbeat(Duration.ofSeconds(25), Duration.ofSeconds(10)));

    public Limits connections(int max) {
        return new Limits(
                max,
                channels,
                rate,
                outbox,
                badCommands,
                connectWithin,
                handlerTimeout,
                handlersAtOnce,
                heartbeat);
    }

    public Limits channels(int max) {
        return new Limits(
                connections,
                max,
                rate,
                outbox,
                badCommands,
                connectWithin,
                handlerTimeout,
                handlersAtOnce,
                heartbeat);
    }

    public Limits rate(Rate other) {
        return new Limits(
                connections,
                channels,
                other,
                outbox,
                badCommands,
                connectWithin,
                handlerTimeout,
                handlersAtOnce,
                heartbeat);
    }

    public Limits outbox(int bytes) {
        return new Limits(
                connections,
                channels,
                rate,
                bytes,
                badCommands,
                connectWithin,
                handlerTimeout,
                handlersAtOnce,
                heartbeat);
    }

    public Limits badCommands(int max) {
        return new Limits(
                connections,
                channels,
                rate,
                outbox,
                max,
                connectWithin,
                handlerTimeout,
                handlersAtOnce,
                heartbeat);
    }

    public Limits connectWithin(Duration deadline) {
        return new Limits(
                connections,
                channels,
                rate,
                outbox,
                badCommands,
                deadline,
                handlerTimeout,
                handlersAtOnce,
                heartbeat);
    }

    public Limits handlerTimeout(Duration deadline) {
        return new Limits(
                connections,
                channels,
                rate,
                outbox,
                badCommands,
                connectWithin,
                deadline,
                handlersAtOnce,
                heartbeat);
    }

    public Limits heartbeat(Heartbeat other) {
        return new Limits(
                connections,
                channels,
                rate,
                outbox,
                badCommands,
                connectWithin,
                handlerTimeout,
                handlersAtOnce,
                other);
    }

    public Limits handlersAtOnce(int max) {
        return new Limits(
                connections,
                channels,
                rate,
                outbox,
                badCommands,
                connectWithin,
                handlerTimeout,
                max,
                heartbeat);
    }
}

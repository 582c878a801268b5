// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

/// What became of a message to a user.
public sealed interface Sent {
    /// @param sessions how many it was handed to, at least 1; whether the bytes reach the other end
    ///   of a connection is not known
    record Handed(int sessions) implements Sent {}

    /// No session of the user takes messages: it waits for one.
    record Waits() implements Sent {}

    /// No session of the user takes messages, and it is not kept: because nothing is to be, or
    /// because what is kept for all users has reached its bound.
    record Dropped() implements Sent {}
}

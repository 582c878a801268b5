// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

/// Which publications of a channel a subscription is sent.
///
/// Filters that are equal are one: however many subscribe with it, a publication is held against it
/// once. So a filter is a value (a record, say), or one object that is used again; each new lambda
/// is another filter, and a channel takes 64 different ones at a time.
///
/// It says what somebody wants, not what somebody may have: the channel's rules do that. Joins and
/// leaves are not filtered.
@FunctionalInterface
public interface Filter {
    /// Holds nothing back.
    Filter EVERYTHING = _ -> true;

    /// Always the same for the same content. Called from any thread: quick, without blocking,
    /// without calling the hub. What it throws is logged, and the publication is held back.
    boolean passes(Candidate candidate);
}

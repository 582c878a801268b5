// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.engine;

import java.util.List;

/// The answer to a [HistoryQuery].
public sealed interface History {
    /// The channel's newest position when this was read.
    Position top();

    /// The entries asked for, in the query's order. With a `since`, the first follows it without a
    /// hole.
    record Entries(List<Publication> publications, Position top) implements History {}

    /// What follows `since` is not known any more: another epoch, another entry at that offset, or
    /// older than what is kept. Or `before` is of another epoch.
    record Broken(Position top) implements History {}
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.engine;

import org.jspecify.annotations.Nullable;

/// @param since only what comes after this position; null for all that is kept
/// @param before only what comes before this position; null up to the newest
/// @param limit the most entries in the answer, at least 0
/// @param order which end the limit counts from
public record HistoryQuery(
        @Nullable Position since, @Nullable Position before, int limit, Order order) {
    public enum Order {
        OLDEST_FIRST,
        NEWEST_FIRST
    }

    public static HistoryQuery since(Position position, int limit) {
        return new HistoryQuery(position, null, limit, Order.OLDEST_FIRST);
    }

    public static HistoryQuery latest(int limit) {
        return new HistoryQuery(null, null, limit, Order.NEWEST_FIRST);
    }

    /// The newest that come before this position.
    public static HistoryQuery before(Position position, int limit) {
        return new HistoryQuery(null, position, limit, Order.NEWEST_FIRST);
    }
}

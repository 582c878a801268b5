// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.engine;

import org.jspecify.annotations.Nullable;

/// @param since only what comes after this position; null for all that is kept
/// @param limit the most entries in the answer, at least 0
/// @param order which end the limit counts from
public record HistoryQuery(@Nullable Position since, int limit, Order order) {
    public enum Order {
        OLDEST_FIRST,
        NEWEST_FIRST
    }

    public static HistoryQuery since(Position position, int limit) {
        return new HistoryQuery(position, limit, Order.OLDEST_FIRST);
    }

    public static HistoryQuery latest(int limit) {
        return new HistoryQuery(null, limit, Order.NEWEST_FIRST);
    }
}

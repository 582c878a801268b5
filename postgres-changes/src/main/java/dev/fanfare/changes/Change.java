// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.time.Instant;

/// One committed change of one row.
///
/// @param before the row as it was: all of it with REPLICA IDENTITY FULL. With the usual identity
///   its key, and that only when the row was deleted or the key itself changed; else [Row#NONE].
/// @param after the row as it is; [Row#NONE] when it is gone
/// @param transaction the number of the transaction that made it, the lower 32 bits: a reader's
///   `pg_current_snapshot()` says whether it has seen it; 0 in a snapshot
/// @param committedAt by the server's clock; of a snapshot, when it was begun
public record Change(
        Table table,
        Operation operation,
        Row before,
        Row after,
        ChangeId id,
        long transaction,
        Instant committedAt) {

    /// The row that tells whose change this is: the one after, or the one before when it is gone.
    public Row row() {
        return after.isEmpty() ? before : after;
    }
}

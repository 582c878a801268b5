// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.time.Instant;

/// One committed change of one row.
///
/// @param before the row as it was: all of it with REPLICA IDENTITY FULL. With the usual identity
///   its key, and that only when the row was deleted or the key itself changed; else [Row#NONE].
/// @param after the row as it is; [Row#NONE] when it is gone
/// @param committedAt by the server's clock; of a snapshot, when it was begun
public record Change(
        Table table, Operation operation, Row before, Row after, ChangeId id, Instant committedAt) {

    /// The row that tells whose change this is: the one after, or the one before when it is gone.
    public Row row() {
        return after.isEmpty() ? before : after;
    }
}

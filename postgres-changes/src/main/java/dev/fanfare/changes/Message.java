// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message of the logical replication protocol, as the plugin `pgoutput` sends them.
///
/// Source: PostgreSQL documentation, "Logical Replication Message Formats".
sealed interface Message {
    /// @param commit where the commit lies in the log: part of the ids of this transaction's
    ///   changes
    /// @param transaction its number, the lower 32 bits
    record Begin(long commit, Instant committedAt, long transaction) implements Message {}

    /// @param end where the log goes on after this transaction: what is confirmed
    record Commit(long commit, long end) implements Message {}

    /// What a table looks like from here on; sent before its first change and after each of its
    /// own.
    record Relation(int oid, Table table, List<Column> columns) implements Message {
        public Relation {
            columns = List.copyOf(columns);
        }
    }

    record Insert(int relation, List<Value> after) implements Message {}

    /// @param before `null` when the identity did not change and is not FULL
    record Update(int relation, @Nullable Old before, List<Value> after) implements Message {}

    record Delete(int relation, Old before) implements Message {}

    /// The row as it was, as much of it as Postgres sends.
    record Old(Extent extent, List<Value> values) {}

    enum Extent {
        /// Only the columns of the identity mean something.
        KEY,
        FULL
    }

    record Truncate(List<Integer> relations) implements Message {
        public Truncate {
            relations = List.copyOf(relations);
        }
    }

    /// A type that is not built in, a replication origin, a message of an application: nothing that
    /// changes a row.
    record Aside(char kind) implements Message {}
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import dev.fanfare.changes.Message.Relation;
import java.util.List;
import java.util.Map;

/// The tables whose changes are told, and what they were when the stream attached: what the stream
/// says of them later must fit that.
///
/// @param tables as the catalogue has them, by name
record FollowedTables(Settings settings, Map<Table, PublishedTable> tables) {
    boolean isWanted(Table table) {
        return settings.tables().isEmpty() || settings.tables().contains(table);
    }

    /// @throws TableChangedException when its rows are not those of the table that is followed, or
    ///   lack a column that is needed
    void check(Relation relation) {
        long oid = Integer.toUnsignedLong(relation.oid());
        Table table = relation.table();
        PublishedTable known = tables.get(table);
        if (known == null ? isFollowed(oid) : known.oid() != oid) {
            throw new TableChangedException(
                    table + " is another table now: one was renamed, or dropped and created again");
        }
        List<String> missing =
                settings.missingOf(table, relation.columns().stream().map(Column::name).toList());
        if (isWanted(table) && !missing.isEmpty()) {
            throw new TableChangedException(
                    table + " has no column " + String.join(", ", missing) + " any more");
        }
    }

    private boolean isFollowed(long oid) {
        return tables.values().stream().anyMatch(table -> table.oid() == oid);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the catalogue says of a table that is followed: enough to notice that the stream has left
/// out changes of it, or will.
///
/// @param oid another table under the same name has another
/// @param entry the table's row in `pg_publication_rel`, which has another oid once the table was
///   taken out and added again; 0 when the publication names no tables
/// @param isPublished whether the publication sends its changes under its own name
/// @param restriction row filter and column list of the publication (Postgres 15), as text
/// @param identity its replica identity
/// @param columns those that are published
record PublishedTable(
        long oid,
        long entry,
        boolean isPublished,
        String restriction,
        Identity identity,
        Set<String> columns) {

    /// @param isFull whether rows are sent as they were
    /// @param key the columns that identify a row
    record Identity(boolean isFull, Set<String> key) {}

    /// Why changes between an earlier look at the table and this one may be missing; null when none
    /// can be.
    @Nullable String lossSince(PublishedTable earlier) {
        if (earlier.oid != oid) {
            return "is another table now: it was dropped and created again, or renamed";
        }
        if (!isPublished || earlier.entry != entry) {
            return "was taken out of the publication";
        }
        if (!earlier.restriction.equals(restriction)) {
            return "has another row filter or column list in the publication";
        }
        if (earlier.identity.isFull && !identity.isFull) {
            return "has not REPLICA IDENTITY FULL any more";
        }
        return null;
    }
}

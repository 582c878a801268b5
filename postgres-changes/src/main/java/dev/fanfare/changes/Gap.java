// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// Changes may be missing from here on: what the listener holds is old until it has read anew.
///
/// @param detail for a person
public record Gap(Reason reason, String detail) {
    public enum Reason {
        /// The slot held back more of the write-ahead log than [Settings#maxWal()], and was
        /// dropped.
        GIVEN_UP,
        /// Postgres invalidated the slot, for one as `max_slot_wal_keep_size` was passed.
        INVALIDATED,
        /// The slot is not there any more: dropped by somebody, or another server took over.
        GONE,
        /// The slot was a temporary one, and went with its connection.
        TEMPORARY,
        /// Another reader of the slot has had changes that this one has not.
        TAKEN,
        /// A table was dropped and created again, renamed, moved, taken out of the publication, or
        /// lost a column that is needed: what changed in it meanwhile did not come.
        TABLE_CHANGED
    }

    static Gap of(String tableChanged) {
        return new Gap(Reason.TABLE_CHANGED, tableChanged);
    }
}

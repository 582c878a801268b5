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
        TEMPORARY
    }
}

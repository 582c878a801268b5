// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// What Postgres says of a slot.
///
/// @param holder the process that reads it; 0 when none does
/// @param holderName what that calls itself, and where it comes from
/// @param retained bytes of log that are kept because of it
/// @param lag bytes of log that were not confirmed yet
/// @param confirmed up to where its readers have confirmed it
record SlotFacts(
        Condition condition,
        int holder,
        String holderName,
        long retained,
        long lag,
        long confirmed) {
    enum Condition {
        /// It can be read.
        SOUND,
        /// Postgres has thrown away what it needs.
        INVALIDATED,
        /// It is of another database, or of another plugin.
        FOREIGN
    }
}

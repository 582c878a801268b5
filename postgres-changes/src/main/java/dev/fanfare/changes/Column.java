// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// A column of a row.
///
/// @param type the oid of its type, unsigned: 25 is `text`, 1700 `numeric`
public record Column(String name, int type, Role role) {
    public enum Role {
        /// It is part of what identifies a row (its REPLICA IDENTITY). In a snapshot: of the same.
        KEY,
        PLAIN
    }
}

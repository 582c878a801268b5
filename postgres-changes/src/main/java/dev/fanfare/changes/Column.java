// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// A column of a row.
public record Column(String name, ColumnType type, Role role) {
    public enum Role {
        /// It is part of what identifies a row (its REPLICA IDENTITY). In a snapshot: of the same.
        KEY,
        PLAIN
    }

    /// @param oid of a type that is one text
    public Column(String name, int oid, Role role) {
        this(name, new ColumnType.Scalar(oid), role);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// What happened to a row.
public enum Operation {
    /// Nothing: a snapshot found it so.
    READ,
    INSERT,
    UPDATE,
    DELETE,
    /// All rows of the table went at once; the change has no row.
    TRUNCATE
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// What a stream has done since its start, and where it stands.
///
/// @param changes without the rows of snapshots
/// @param reconnects how often a lost connection came back
/// @param lagBytes of write-ahead log between the server's end of it and what was confirmed, when
///   last looked
/// @param retainedBytes of write-ahead log that the server keeps because of the slot, when last
///   looked
public record Counts(
        long changes,
        long transactions,
        long snapshotRows,
        long reconnects,
        long gaps,
        long lagBytes,
        long retainedBytes) {}

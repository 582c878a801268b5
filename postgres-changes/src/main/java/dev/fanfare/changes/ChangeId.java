// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// Which change this is: unique and ordered on one server, and the same when a change comes again
/// after a restart. Whoever keeps the last one it has had can tell what is new.
///
/// @param lsn where the commit of its transaction lies in the write-ahead log, unsigned. The rows
///   of a snapshot have the byte before the place where the stream goes on, so they sort before it
///   and never share an id with it: no record of the log begins at an odd place.
/// @param sequence from 1, within the transaction or the snapshot
public record ChangeId(long lsn, long sequence) implements Comparable<ChangeId> {
    /// Before everything.
    public static final ChangeId ZERO = new ChangeId(0, 0);

    /// @param text as [#toString()] writes it: `16/B374D848:3`
    /// @throws IllegalArgumentException when it is something else
    public static ChangeId parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("not the id of a change: " + text);
        }
        return new ChangeId(
                Lsn.parse(text.substring(0, colon)), Long.parseLong(text.substring(colon + 1)));
    }

    @Override
    public int compareTo(ChangeId other) {
        int order = Long.compareUnsigned(lsn, other.lsn);
        return order != 0 ? order : Long.compare(sequence, other.sequence);
    }

    @Override
    public String toString() {
        return Lsn.text(lsn) + ":" + sequence;
    }
}

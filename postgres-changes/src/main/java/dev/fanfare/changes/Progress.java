// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// How far the listener is. It outlives connections.
///
/// Written by the stream's thread; `changes` and `transactions` are read by others.
final class Progress {
    private ChangeId last;
    private long unfinished;
    private volatile long reached;
    private volatile long changes;
    private volatile long transactions;

    Progress(ChangeId last) {
        this.last = last;
    }

    /// The last change that the listener has had.
    ChangeId last() {
        return last;
    }

    /// Whether the listener has had a part of this transaction, and not its end.
    boolean isUnfinished(long commit) {
        return unfinished == commit;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes.
    void told(Batch batch, long commit) {
        if (!batch.changes().isEmpty()) {
            last = batch.changes().getLast().id();
        }
        changes += batch.changes().size();
        if (batch.part() == Batch.Part.LAST) {
            transactions++;
            unfinished = 0;
        } else {
            unfinished = commit;
        }
    }

    /// The chain is broken: ids from before mean nothing any more.
    void forget() {
        last = ChangeId.ZERO;
        unfinished = 0;
        reached = 0;
    }

    /// The listener has been told everything before this place.
    void reached(long place) {
        reached = place;
    }

    long reached() {
        return reached;
    }

    long changes() {
        return changes;
    }

    long transactions() {
        return transactions;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// Is told what happens, on the stream's own thread, one call at a time. It may block; what it owes
/// the server meanwhile is kept by the guard of [Settings#maxWal()].
///
/// A method that returns has taken over what it was told: only then the server may forget it. One
/// that throws is told the same again, after a pause. After a restart of this process the last
/// transactions come again; [Settings#after(ChangeId)] or a look at [Change#id()] drops them.
public interface Listener {
    /// The tables as they are at the place where the stream will go on; each row is a
    /// [Operation#READ]. It comes when a slot is new and [Settings#snapshot()] wants it, before any
    /// change; what the listener knew before is replaced. A snapshot that fails half-way is begun
    /// again from its first row (`sequence` 1).
    default void snapshot(Batch batch) {}

    /// In the order of the commits.
    void changed(Batch batch);

    /// The connection is down; it is being tried again.
    default void lost(Exception cause) {}

    /// The connection is up again, and what was missed follows.
    default void resumed() {}

    /// The chain of changes is broken: what happened in between is not told. A new slot begins,
    /// with a snapshot when one is wanted.
    default void gap(Gap gap) {}
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// Follows the tables of a database: every committed change of a row is told to a listener, in the
/// order of the commits, at least once, and never silently not at all.
public final class PostgresChanges implements AutoCloseable {
    private PostgresChanges() {}

    /// Begins to follow. A database that cannot be reached is tried again in the background.
    ///
    /// @throws ChangesException when something is wrong that only a person can mend: the
    ///   credentials, a missing permission or table, a server without `wal_level=logical`
    public static PostgresChanges start(Settings settings, Listener listener) {
        return new PostgresChanges();
    }

    public State state() {
        return State.CLOSED;
    }

    /// Up to where the listener has been told everything: what was committed before this place of
    /// the log. It moves with the log, also when the tables do not change (the server says so in
    /// its keepalives). For who reads the tables beside the stream, and asks how old the stream is.
    public long reached() {
        return 0;
    }

    public Counts counts() {
        return new Counts(0, 0, 0, 0, 0, 0, 0);
    }

    /// Ends the stream and confirms what the listener has had. The listener is not called any more
    /// when this returns, unless it is in the middle of a call for longer than five seconds. A
    /// temporary slot is gone then; a lasting one stays and holds the log back:
    /// [#dropSlot(Settings)].
    @Override
    public void close() {}

    /// Removes the slot of a stream that is not going to be followed any more. Nothing happens when
    /// there is none.
    public static void dropSlot(Settings settings) {}
}

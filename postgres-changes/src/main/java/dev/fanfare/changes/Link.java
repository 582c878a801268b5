// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyDual;

/// One replication connection: first commands, then the stream.
///
/// The driver's `PGReplicationStream` is not used, but the copy beneath it. It waits with a read
/// timeout, and a timeout that strikes within a message leaves the driver in the middle of it; and
/// it hides the server's heartbeats. Here reading has no timeout: the server is told to speak up at
/// least every half [#silence()], and [#isSilent(long)] tells whoever watches when it did not.
///
/// One thread, but for what says otherwise.
///
/// Source: PostgreSQL documentation, "Streaming Replication Protocol".
final class Link implements AutoCloseable {
    /// The status interval times this is how long either side waits for a sign of life.
    private static final int PATIENCE = 6;

    private static final int STATUS_LENGTH = 1 + 4 * Long.BYTES + 1;

    private final Connection connection;
    private final int process;
    private final Duration status;

    private @Nullable CopyDual copy;
    private long confirmed;
    private boolean hasNews;
    private long toldAt;

    private volatile long heardAt;
    private volatile boolean waiting;

    /// A server, and which of its histories: ids of changes are comparable within one.
    record Server(String system, String timeline) {}

    /// @param end of the log that is safely on its disk
    record Identity(Server server, long end) {}

    /// A slot that was made: where its stream begins, and the snapshot that shows what was before.
    record Made(long point, String snapshot) {}

    private Link(Connection connection, Duration status) throws SQLException {
        this.connection = connection;
        this.process = connection.unwrap(PGConnection.class).getBackendPID();
        this.status = status;
        this.heardAt = System.nanoTime();
    }

    static Link open(Settings settings, String name) throws SQLException {
        Connection connection = Connections.replication(settings, name);
        try {
            Link link = new Link(connection, settings.status());
            try (Statement statement = connection.createStatement()) {
                statement.execute("set wal_sender_timeout = " + link.silence().toMillis());
            }
            return link;
        } catch (SQLException e) {
            Connections.abort(connection);
            throw e;
        }
    }

    /// The server's process at the other end. Any thread.
    int process() {
        return process;
    }

    /// How long either side may be silent before the other ends the connection.
    Duration silence() {
        return status.multipliedBy(PATIENCE);
    }

    Identity identify() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("IDENTIFY_SYSTEM")) {
            if (!row.next()) {
                throw new SQLException("IDENTIFY_SYSTEM has no answer", "08P01");
            }
            return new Identity(
                    new Server(row.getString("systemid"), row.getString("timeline")),
                    Lsn.parse(row.getString("xlogpos")));
        }
    }

    /// A slot that goes with this connection, and exports its snapshot until the next command.
    Made makeTemporary(String slot) throws SQLException {
        return make(Sql.quoted(slot) + " TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT");
    }

    /// A slot that stays.
    void makeLasting(String slot) throws SQLException {
        make(Sql.quoted(slot) + " LOGICAL pgoutput NOEXPORT_SNAPSHOT");
    }

    private Made make(String slot) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("CREATE_REPLICATION_SLOT " + slot)) {
            if (!row.next()) {
                throw new SQLException("CREATE_REPLICATION_SLOT has no answer", "08P01");
            }
            String snapshot = row.getString("snapshot_name");
            return new Made(
                    Lsn.parse(row.getString("consistent_point")), snapshot == null ? "" : snapshot);
        } catch (SQLException e) {
            if (e.getCause() instanceof SocketTimeoutException) {
                throw new SQLException(
                        "no new slot in time: the transactions that are open must end first (select"
                                + " * from pg_stat_activity where xact_start is not null)",
                        e.getSQLState(),
                        e);
            }
            throw e;
        }
    }

    void drop(String slot) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP_REPLICATION_SLOT " + Sql.quoted(slot));
        }
    }

    /// @param from what was confirmed before; 0 when only the server knows
    void stream(String slot, String publication, long from) throws SQLException {
        PGConnection driver = connection.unwrap(PGConnection.class);
        connection.setNetworkTimeout(Runnable::run, 0);
        copy =
                driver.getCopyAPI()
                        .copyDual(
                                String.format(
                                        Locale.ROOT,
                                        "START_REPLICATION SLOT %s LOGICAL %s (proto_version '1',"
                                                + " publication_names %s)",
                                        Sql.quoted(slot),
                                        Lsn.text(from),
                                        Sql.literal(Sql.quoted(publication))));
        confirmed = from;
        toldAt = System.nanoTime();
        heardAt = toldAt;
    }

    /// What has come already; `null` when nothing has.
    @Nullable ByteBuffer poll() throws SQLException {
        return heard(copy().readFromCopy(false));
    }

    /// Blocks until something comes or the connection ends.
    ByteBuffer await() throws SQLException {
        waiting = true;
        try {
            ByteBuffer message = heard(copy().readFromCopy(true));
            if (message == null) {
                throw new SQLException("the server ended the stream", "08006");
            }
            return message;
        } finally {
            waiting = false;
        }
    }

    private @Nullable ByteBuffer heard(byte @Nullable [] message) throws SQLException {
        if (message == null) {
            if (!copy().isActive()) {
                throw new SQLException("the server ended the stream", "08006");
            }
            return null;
        }
        heardAt = System.nanoTime();
        return ByteBuffer.wrap(message);
    }

    /// Whether the thread of this link waits for the server. Any thread.
    boolean isWaiting() {
        return waiting;
    }

    /// Whether the server has owed a sign of life for too long. Any thread.
    boolean isSilent(long now) {
        return waiting && now - heardAt > silence().toNanos();
    }

    /// The listener has taken over a transaction; the log before this place is not needed any more.
    /// The server is told as soon as there is nothing else to do.
    void taken(long place) {
        passed(place);
        hasNews = true;
    }

    /// There was nothing for the listener before this place.
    void passed(long place) {
        if (Long.compareUnsigned(place, confirmed) > 0) {
            confirmed = place;
        }
    }

    long confirmed() {
        return confirmed;
    }

    /// Tells the server what the listener has taken, if there is news.
    void tellNews() throws SQLException {
        if (hasNews) {
            tell();
        }
    }

    /// Tells it when it was last told too long ago.
    void tellWhenDue() throws SQLException {
        if (System.nanoTime() - toldAt > status.toNanos()) {
            tell();
        }
    }

    void tell() throws SQLException {
        ByteBuffer update = ByteBuffer.allocate(STATUS_LENGTH);
        update.put((byte) 'r').putLong(confirmed).putLong(confirmed).putLong(confirmed);
        update.putLong(ChronoUnit.MICROS.between(PgOutput.EPOCH, Instant.now())).put((byte) 0);
        copy().writeToCopy(update.array(), 0, update.capacity());
        copy().flushCopy();
        hasNews = false;
        toldAt = System.nanoTime();
    }

    private CopyDual copy() {
        CopyDual now = copy;
        if (now == null) {
            throw new IllegalStateException("not streaming");
        }
        return now;
    }

    /// Ends the connection at once. Any thread.
    void abort() {
        Connections.abort(connection);
    }

    @Override
    public void close() {
        try {
            connection.setNetworkTimeout(Runnable::run, 1_000);
            connection.close();
        } catch (SQLException _) {
            // It was broken already.
        }
    }
}

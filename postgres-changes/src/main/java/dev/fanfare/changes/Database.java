// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// The database, as SQL sees it: what it says of slots. One thread; [#abort()] may come from any.
final class Database implements AutoCloseable {
    private static final String NO_SUCH = "42704";
    private static final String IN_USE = "55006";
    private static final Duration DROP_WITHIN = Duration.ofSeconds(10);

    private final Connection connection;

    private Database(Connection connection) {
        this.connection = connection;
    }

    static Database open(Settings settings, String name) throws SQLException {
        return new Database(Connections.plain(settings, name));
    }

    Connection connection() {
        return connection;
    }

    Optional<SlotFacts> slot(String name) throws SQLException {
        String query =
                """
                with here as (select case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
                                          else pg_current_wal_lsn() end as lsn)
                select s.plugin = 'pgoutput' and s.database = current_database() as ours,
                       coalesce(s.wal_status = 'lost', false) as lost,
                       coalesce(s.active_pid, 0) as holder,
                       coalesce(a.application_name || ' at ' || coalesce(host(a.client_addr), 'this machine'), '')
                           as holder_name,
                       coalesce(here.lsn - s.restart_lsn, 0)::bigint as retained,
                       coalesce(here.lsn - s.confirmed_flush_lsn, 0)::bigint as lag,
                       coalesce(s.confirmed_flush_lsn, '0/0')::text as confirmed
                from here, pg_replication_slots s left join pg_stat_activity a on a.pid = s.active_pid
                where s.slot_name = ?
                """;
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(facts(row)) : Optional.empty();
            }
        }
    }

    private static SlotFacts facts(ResultSet row) throws SQLException {
        SlotFacts.Condition condition =
                !row.getBoolean("ours")
                        ? SlotFacts.Condition.FOREIGN
                        : row.getBoolean("lost")
                                ? SlotFacts.Condition.INVALIDATED
                                : SlotFacts.Condition.SOUND;
        return new SlotFacts(
                condition,
                row.getInt("holder"),
                row.getString("holder_name"),
                row.getLong("retained"),
                row.getLong("lag"),
                Lsn.parse(row.getString("confirmed")));
    }

    /// Gives a slot a second name, which stays.
    void copySlot(String from, String to) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "select pg_copy_logical_replication_slot(?, ?, false)")) {
            statement.setString(1, from);
            statement.setString(2, to);
            statement.execute();
        }
    }

    /// Removes a slot that is or was this process's own. Its reader, if it still has one, has been
    /// told to end.
    ///
    /// @param reader process of the server that may be ended for it; 0 for none
    /// @param giveUp ends the waiting
    void dropSlot(String name, int reader, CountDownLatch giveUp) throws SQLException {
        long deadline = System.nanoTime() + DROP_WITHIN.toNanos();
        while (true) {
            terminate(name, reader);
            try (PreparedStatement statement =
                    connection.prepareStatement("select pg_drop_replication_slot(?)")) {
                statement.setString(1, name);
                statement.execute();
                return;
            } catch (SQLException e) {
                if (NO_SUCH.equals(e.getSQLState())) {
                    return;
                }
                if (!IN_USE.equals(e.getSQLState()) || System.nanoTime() - deadline > 0) {
                    throw e;
                }
            }
            if (Pause.isOver(giveUp, Duration.ofMillis(50))) {
                return;
            }
        }
    }

    /// Ends the process of the server that reads the slot, if it is the one that is meant.
    void terminate(String slot, int reader) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "select pg_terminate_backend(active_pid) from pg_replication_slots"
                                + " where slot_name = ? and active_pid = ?")) {
            statement.setString(1, slot);
            statement.setInt(2, reader);
            statement.execute();
        }
    }

    /// Ends a process of the server that this process had.
    void end(int process) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select pg_terminate_backend(?)")) {
            statement.setInt(1, process);
            statement.execute();
        }
    }

    String ask(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            String answer = row.next() ? row.getString(1) : null;
            return answer == null ? "" : answer;
        }
    }

    void abort() {
        Connections.abort(connection);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException _) {
            // It was broken already.
        }
    }
}

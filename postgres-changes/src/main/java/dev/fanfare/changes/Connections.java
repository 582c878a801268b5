// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/// Opens the two kinds of connections that a stream needs. Both write values alike, whatever the
/// role's or the machine's own settings are.
final class Connections {
    private static final Duration CONNECT = Duration.ofSeconds(10);

    /// An answer to a command, at most; also a new slot's, which waits for the transactions that
    /// were open.
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private static final String ALIKE =
            "set time zone 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres';"
                    + " set bytea_output = 'hex'; set extra_float_digits = 1; set lc_monetary = 'C';"
                    + " set idle_in_transaction_session_timeout = 0; set statement_timeout = 0;"
                    + " set lock_timeout = 0";

    private Connections() {}

    /// For SQL.
    static Connection plain(Settings settings, String name) throws SQLException {
        Properties properties = properties(settings, name);
        PGProperty.BINARY_TRANSFER.set(properties, false);
        return open(settings, properties);
    }

    /// For the commands of replication, and for simple queries.
    static Connection replication(Settings settings, String name) throws SQLException {
        Properties properties = properties(settings, name);
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        return open(settings, properties);
    }

    private static Properties properties(Settings settings, String name) {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, settings.user());
        PGProperty.PASSWORD.set(properties, settings.password());
        PGProperty.APPLICATION_NAME.set(properties, name);
        PGProperty.CONNECT_TIMEOUT.set(properties, (int) CONNECT.toSeconds());
        PGProperty.LOGIN_TIMEOUT.set(properties, (int) CONNECT.toSeconds());
        PGProperty.SOCKET_TIMEOUT.set(properties, (int) ANSWER.toSeconds());
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        return properties;
    }

    private static Connection open(Settings settings, Properties properties) throws SQLException {
        Connection connection = new Driver().connect(settings.url(), properties);
        if (connection == null) {
            throw new ChangesException(
                    "url: must begin with jdbc:postgresql:, not \"" + settings.place() + "\"",
                    null);
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(ALIKE);
            return connection;
        } catch (SQLException e) {
            abort(connection);
            throw e;
        }
    }

    /// Ends a connection at once, whoever is waiting for it.
    static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException _) {
            // It was broken already.
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;

/// The apps' Postgres.
public final class Database {
    /// Any number: who creates tables holds this lock, so that nodes which start together do not
    /// both do it.
    private static final long SCHEMA_LOCK = 0x66616e66617265L;

    private Database() {}

    /// A bounded pool. Opening it waits for the first connection; who waits longer than five
    /// seconds for one later gets an [SQLException].
    ///
    /// @param url `jdbc:postgresql://...`
    public static HikariDataSource pool(String url, String user, String password) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("fanfare-apps");
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(8);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(Duration.ofSeconds(5).toMillis());
        return new HikariDataSource(config);
    }

    /// Runs the script, which must leave alone what exists.
    ///
    /// @param file beside the class `beside`
    public static void create(DataSource database, Class<?> beside, String file) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select pg_advisory_xact_lock(" + SCHEMA_LOCK + ")");
            statement.execute(text(beside, file));
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException("cannot create the tables of " + file, e);
        }
    }

    /// What is done under a lock.
    @FunctionalInterface
    public interface Step<T> {
        T apply(Connection connection) throws Exception;
    }

    /// Takes the step while no other node, and nobody here, holds the lock of that name: it spans
    /// transactions, so that what is committed first is told first. Blocks.
    public static <T> T locked(DataSource database, String name, Step<T> step) throws Exception {
        try (Connection connection = database.getConnection()) {
            lock(connection, "select pg_advisory_lock(hashtextextended(?, 0))", name);
            try {
                return step.apply(connection);
            } finally {
                unlock(connection, name);
            }
        }
    }

    /// A connection that cannot give up the lock must not go back to the pool with it.
    private static void unlock(Connection connection, String name) throws SQLException {
        try {
            lock(connection, "select pg_advisory_unlock(hashtextextended(?, 0))", name);
        } catch (SQLException e) {
            connection.abort(Runnable::run);
            throw e;
        }
    }

    private static void lock(Connection connection, String query, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, name);
            statement.execute();
        }
    }

    private static String text(Class<?> beside, String file) {
        try (InputStream in = beside.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("no such script: " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

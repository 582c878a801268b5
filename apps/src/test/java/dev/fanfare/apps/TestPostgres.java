// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A real Postgres, one for all tests of a run, stopped at its end.
public final class TestPostgres implements BeforeAllCallback {
    private static @Nullable Running running;

    public TestPostgres() {}

    private record Running(EmbeddedPostgres server, HikariDataSource pool)
            implements AutoCloseable {
        @Override
        public void close() throws IOException {
            pool.close();
            server.close();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        running =
                context.getRoot()
                        .getStore(ExtensionContext.Namespace.create(TestPostgres.class))
                        .computeIfAbsent(Running.class, _ -> start(), Running.class);
    }

    private static Running start() {
        try {
            EmbeddedPostgres server =
                    EmbeddedPostgres.builder()
                            .setServerConfig("synchronous_commit", "on")
                            .setServerConfig("wal_level", "logical")
                            .start();
            String url = server.getJdbcUrl("postgres", "postgres");
            return new Running(server, Database.pool(url, "postgres", ""));
        } catch (IOException e) {
            throw new IllegalStateException("Postgres does not start", e);
        }
    }

    public static HikariDataSource pool() {
        return running().pool;
    }

    /// Of this machine; user and database are `postgres`, without a password.
    public static int port() {
        return running().server.getPort();
    }

    private static Running running() {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException("extend the test with TestPostgres");
        }
        return now;
    }

    /// Runs statements, as another program would.
    public static void sql(String statements) {
        try (Connection connection = pool().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(statements);
        } catch (SQLException e) {
            throw new IllegalStateException(statements, e);
        }
    }

    /// The first column of the first row, as text.
    public static @Nullable String ask(String query) {
        try (Connection connection = pool().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getString(1) : null;
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
    }
}

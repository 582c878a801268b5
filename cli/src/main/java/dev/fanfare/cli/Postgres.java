// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/// The demo's own Postgres: user and database `fanfare`, without a password, on the loopback.
final class Postgres implements AutoCloseable {
    static final String USER = "fanfare";

    private static final Duration GONE_WITHIN = Duration.ofSeconds(5);

    private final EmbeddedPostgres server;

    private Postgres(EmbeddedPostgres server) {
        this.server = server;
    }

    enum Data {
        /// Emptied at the start.
        FRESH,
        KEPT
    }

    /// Ends what a killed run left behind in this folder; its data is no more in use then.
    static void endLeftover(Path folder) {
        server(folder).ifPresent(Postgres::end);
    }

    /// Ends the server of this folder at once; it recovers when it is started again.
    static void kill(Path folder) {
        server(folder).ifPresent(ProcessHandle::destroyForcibly);
    }

    /// The server that runs on the data of this folder.
    private static Optional<ProcessHandle> server(Path folder) {
        Path file = data(folder).resolve("postmaster.pid");
        try {
            List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
            return lines.size() > 1 && Path.of(lines.get(1)).equals(data(folder))
                    ? ProcessHandle.of(Long.parseLong(lines.getFirst()))
                            .filter(Postgres::isPostgres)
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A process id may have been given to another program since.
    private static boolean isPostgres(ProcessHandle process) {
        return process.info().command().map(command -> command.endsWith("/postgres")).orElse(false);
    }

    private static void end(ProcessHandle process) {
        CompletableFuture<ProcessHandle> gone = process.onExit();
        process.destroy();
        try {
            gone.get(GONE_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            process.destroyForcibly();
            gone.join();
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot end the Postgres of an earlier run", e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// @param program where its program is unpacked, once for all ports
    /// @param folder for its data
    static Postgres start(int port, Path program, Path folder, Data data)
            throws IOException, SQLException {
        if (data == Data.FRESH) {
            delete(data(folder));
        }
        Files.createDirectories(folder);
        Files.createDirectories(program);
        EmbeddedPostgres server =
                EmbeddedPostgres.builder()
                        .setPort(port)
                        .setOverrideWorkingDirectory(program.toFile())
                        .setDataDirectory(data(folder))
                        .setCleanDataDirectory(data == Data.FRESH)
                        .setRegisterShutdownHook(false)
                        .setServerConfig("listen_addresses", "127.0.0.1")
                        .setServerConfig("wal_level", "logical")
                        .setServerConfig("synchronous_commit", "on")
                        .setPGStartupWait(Duration.ofSeconds(60))
                        .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                        .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                        .start();
        Postgres postgres = new Postgres(server);
        try {
            postgres.createUser();
            return postgres;
        } catch (SQLException e) {
            postgres.close();
            throw e;
        }
    }

    /// What a killed run left.
    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static Path data(Path folder) {
        return folder.resolve("data").toAbsolutePath().normalize();
    }

    private void createUser() throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            try (ResultSet known =
                    statement.executeQuery("select 1 from pg_roles where rolname = 'fanfare'")) {
                if (known.next()) {
                    return;
                }
            }
            statement.execute("create role fanfare superuser login");
            statement.execute("create database fanfare owner fanfare");
        }
    }

    int port() {
        return server.getPort();
    }

    /// For a pool of connections.
    String url() {
        return "jdbc:postgresql://127.0.0.1:%d/fanfare".formatted(port());
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

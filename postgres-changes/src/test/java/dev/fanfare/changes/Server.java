// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A real Postgres that a test can kill and start again. User `postgres`, no password.
final class Server implements AutoCloseable {
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql/15/bin");
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);

    private final Path programs;
    private final Path data;
    private final int port;
    private final List<String> options;
    private @Nullable Process process;

    private Server(Path programs, Path data, int port, List<String> options) {
        this.programs = programs;
        this.data = data;
        this.port = port;
        this.options = options;
    }

    /// The one that comes with the tests.
    static Server embedded(String... options) {
        return create(Embedded.PROGRAMS, options);
    }

    /// Debian's PostgreSQL 15, where this machine has it.
    static Optional<Server> debian(String... options) {
        return Files.isExecutable(DEBIAN.resolve("postgres"))
                ? Optional.of(create(DEBIAN, options))
                : Optional.empty();
    }

    /// The programs of the embedded Postgres, unpacked once.
    private static final class Embedded {
        static final Path PROGRAMS = unpack();

        private static Path unpack() {
            Path folder = Path.of("target", "postgres").toAbsolutePath();
            try {
                Files.createDirectories(folder);
                EmbeddedPostgres.builder()
                        .setOverrideWorkingDirectory(folder.toFile())
                        .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                        .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .close();
                try (Stream<Path> files = Files.walk(folder)) {
                    return files.filter(file -> file.endsWith(Path.of("bin", "postgres")))
                            .findFirst()
                            .map(Path::getParent)
                            .orElseThrow();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static Server create(Path programs, String... options) {
        try {
            Path data = Files.createTempDirectory("fanfare-changes-");
            Server server = new Server(programs, data, freePort(), List.of(options));
            server.make();
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private void make() throws IOException {
        Process made =
                command(
                                "initdb",
                                "-D",
                                data.toString(),
                                "-U",
                                "postgres",
                                "-A",
                                "trust",
                                "-N",
                                "-E",
                                "UTF8")
                        .start();
        try {
            if (!made.waitFor(READY_WITHIN.toSeconds(), TimeUnit.SECONDS)
                    || made.exitValue() != 0) {
                throw new IOException("initdb failed, see " + log());
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /// Postgres refuses to be root: where the tests are, it runs in a user namespace of its own.
    private ProcessBuilder command(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log()));
    }

    private File log() {
        return data.resolveSibling(data.getFileName() + ".log").toFile();
    }

    void start() {
        List<String> arguments = new ArrayList<>(List.of("-D", data.toString(), "-p", "" + port));
        for (String option :
                new String[] {
                    "unix_socket_directories=",
                    "listen_addresses=127.0.0.1",
                    "wal_level=logical",
                    "synchronous_commit=on",
                    "fsync=off",
                    "max_wal_senders=20",
                    "max_replication_slots=20",
                    "shared_buffers=32MB"
                }) {
            arguments.addAll(List.of("-c", option));
        }
        for (String option : options) {
            arguments.addAll(List.of("-c", option));
        }
        try {
            process = command("postgres", arguments.toArray(String[]::new)).start();
            awaitReady(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitReady(Process started) throws IOException {
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (true) {
            try {
                connect().close();
                return;
            } catch (SQLException e) {
                if (!started.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException("Postgres does not start, see " + log(), e);
                }
            }
            try {
                started.waitFor(20, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    /// As `pg_ctl stop -m immediate`: every process of it ends at once, and it recovers from its
    /// log when it is started again.
    void kill() {
        signal("QUIT");
    }

    private void signal(String name) {
        Process running = process;
        if (running == null) {
            return;
        }
        process = null;
        try {
            new ProcessBuilder("kill", "-" + name, "" + running.pid()).start().waitFor();
            if (!running.waitFor(30, TimeUnit.SECONDS)) {
                running.destroyForcibly().waitFor();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    int port() {
        return port;
    }

    String url() {
        return url(port);
    }

    static String url(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), "postgres", "");
    }

    /// Runs statements, as another program would.
    void sql(String statements) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(statements);
        } catch (SQLException e) {
            throw new IllegalStateException(statements, e);
        }
    }

    /// The first column of the first row, as text.
    @Nullable String ask(String query) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getString(1) : null;
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
    }

    @Override
    public void close() {
        signal("INT");
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(log().toPath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return programs.equals(DEBIAN) ? "PostgreSQL 15" : "embedded Postgres";
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The process that follows is killed as by `kill -9`, while rows are written.
@ExtendWith(Servers.class)
final class KilledProcessIT {
    private static final int ROWS = Integer.getInteger("fanfare.changes.rows", 3_000);
    private static final int KILLS = 3;

    private final Server server = Servers.all().getFirst();
    private final Trial trial = new Trial(server);

    @AfterEach
    void clean() {
        trial.close();
    }

    @Test
    void whatComesAfterItGoesOnWithoutLossOrDoubles(@TempDir Path folder) throws Exception {
        trial.sql("create table $ (id int primary key)");
        Path file = Files.createFile(folder.resolve("heard"));
        Process follower = follow(file);
        try {
            eventually(Heard.PATIENCE, () -> assertThat(trial.hasSlot()).isTrue());
            CompletableFuture<Void> writer = CompletableFuture.runAsync(this::write);
            for (int kill = 1; kill <= KILLS; kill++) {
                int enough = ROWS * kill / (KILLS + 2);
                eventually(
                        Heard.PATIENCE, () -> assertThat(heard(file)).hasSizeGreaterThan(enough));
                follower.destroyForcibly().waitFor();
                follower = follow(file);
            }
            writer.get(60, TimeUnit.SECONDS);
            eventually(
                    Heard.PATIENCE,
                    () -> assertThat(heard(file)).hasSizeGreaterThanOrEqualTo(ROWS));
        } finally {
            follower.destroyForcibly().waitFor();
        }
        assertThat(heard(file))
                .extracting(line -> Integer.valueOf(line.substring(line.indexOf('=') + 1)))
                .isEqualTo(IntStream.rangeClosed(1, ROWS).boxed().toList());
    }

    private static List<String> heard(Path file) throws Exception {
        return Files.readAllLines(file);
    }

    private Process follow(Path file) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Follower.class.getName(),
                        server.url(),
                        trial.slot(),
                        trial.table.name(),
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(file.resolveSibling("log").toFile())
                .start();
    }

    private void write() {
        try (Connection connection = server.connect();
                PreparedStatement insert =
                        connection.prepareStatement("insert into " + trial.table + " values (?)")) {
            for (int i = 1; i <= ROWS; i++) {
                insert.setInt(1, i);
                insert.executeUpdate();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}

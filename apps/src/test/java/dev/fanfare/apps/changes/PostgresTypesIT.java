// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.apps.TestPostgres;
import dev.fanfare.changes.Batch;
import dev.fanfare.changes.Change;
import dev.fanfare.changes.Listener;
import dev.fanfare.changes.PostgresChanges;
import dev.fanfare.changes.Settings;
import dev.fanfare.changes.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/// The table of `docs/reference/postgres-types.md`, row by row, on a real server.
@ExtendWith(TestPostgres.class)
final class PostgresTypesIT {
    private static final Path PAGE =
            Path.of("..", "docs", "reference", "postgres-types.md").toAbsolutePath();
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(.+?)` \\| `(.+?)` \\| `(.+?)` \\|$");
    private static final Pattern DEFINITIONS = Pattern.compile("(?s)```sql\n(.*?)```");
    private static final Documented[] TYPES = types();
    private static final BlockingQueue<Change> CHANGES = new LinkedBlockingQueue<>();
    private static @Nullable Change fromSnapshot;
    private static @Nullable Change fromStream;

    private record Documented(String type, String sql, String json) {}

    private static String page() {
        try {
            return Files.readString(PAGE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Documented[] types() {
        return ROW.matcher(page())
                .results()
                .map(row -> new Documented(row.group(1), row.group(2), row.group(3)))
                .toArray(Documented[]::new);
    }

    private static String url() {
        return "jdbc:postgresql://127.0.0.1:" + TestPostgres.port() + "/types";
    }

    private static void sql(String statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(), "postgres", "");
                Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }

    @BeforeAll
    static void follow() throws SQLException, InterruptedException {
        Settings settings =
                Settings.of(url(), "postgres", "")
                        .slot("types")
                        .tables(List.of(Table.of("every_type")));
        String columns =
                IntStream.range(0, TYPES.length)
                        .mapToObj(i -> "c" + i + " " + TYPES[i].type())
                        .collect(Collectors.joining(", "));
        String insert =
                Stream.of(TYPES)
                        .map(Documented::sql)
                        .collect(Collectors.joining(", ", "insert into every_type values (", ")"));
        TestPostgres.sql("create database types");
        Matcher definitions = DEFINITIONS.matcher(page());
        assertThat(definitions.find()).isTrue();
        sql(definitions.group(1) + "create table every_type (" + columns + ")");
        sql(insert);
        try (PostgresChanges _ = PostgresChanges.start(settings, new Collecting())) {
            fromSnapshot = CHANGES.poll(30, TimeUnit.SECONDS);
            sql(insert);
            fromStream = CHANGES.poll(30, TimeUnit.SECONDS);
        } finally {
            PostgresChanges.dropSlot(settings);
        }
    }

    @AfterAll
    static void drop() {
        TestPostgres.sql("drop database types with (force)");
    }

    private static final class Collecting implements Listener {
        @Override
        public void snapshot(Batch batch) {
            changed(batch);
        }

        @Override
        public void changed(Batch batch) {
            CHANGES.addAll(batch.changes());
        }
    }

    private static String published(@Nullable Change change, int column) {
        ChangeMapping mapping =
                ChangeMapping.of(
                        "one",
                        new ChangeMapping.Described(
                                "every_type",
                                "all",
                                "",
                                List.of("read", "insert"),
                                "",
                                ChangeMapping.PayloadShape.ROW,
                                List.of("c" + column + " as v"),
                                Numbers.SAFE,
                                List.of()));
        Outgoing outgoing =
                mapping.map(Objects.requireNonNull(change, "no change came"))
                        .publications()
                        .getFirst();
        return new String(outgoing.content().data(), StandardCharsets.UTF_8);
    }

    @TestFactory
    Stream<DynamicTest> isPublishedAsDocumented() {
        assertThat(TYPES).hasSizeGreaterThan(60);
        return IntStream.range(0, TYPES.length)
                .mapToObj(i ->
                        DynamicTest.dynamicTest(
                                TYPES[i].type() + " " + TYPES[i].sql(),
                                () -> {
                                    String expected = "{\"v\":" + TYPES[i].json() + "}";
                                    assertThat(published(fromSnapshot, i))
                                            .as("snapshot")
                                            .isEqualTo(expected);
                                    assertThat(published(fromStream, i))
                                            .as("stream")
                                            .isEqualTo(expected);
                                }));
    }
}

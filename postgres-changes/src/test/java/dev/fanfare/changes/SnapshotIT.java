// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Where the rows as they were end and the stream of changes begins.
@ExtendWith(Servers.class)
@ParameterizedClass(autoCloseArguments = false) // They serve the whole run.
@MethodSource("dev.fanfare.changes.Servers#all")
final class SnapshotIT {
    private static final int ROUNDS = Integer.getInteger("fanfare.changes.rounds", 10);
    private static final int ROWS = 20;

    private final Server server;
    private final Trial trial;

    SnapshotIT(Server server) {
        this.server = server;
        this.trial = new Trial(server);
    }

    @AfterEach
    void clean() {
        trial.close();
    }

    @Test
    void theSnapshotHasTheRowsAsTheStreamWouldWriteThem() {
        trial.sql(
                "create type mood_$ as enum ('sad', 'glad');"
                        + " create table $ (id bigint primary key, ok bool, price numeric(9, 2), at timestamptz,"
                        + " day date, raw bytea, list text[], doc jsonb, real8 float8, mood mood_$, nothing text,"
                        + " span interval, twice bigint generated always as (id * 2) stored)");
        String row =
                ", true, 12.50, '2026-01-02 03:04:05.678+01', '2026-02-03', '\\x00ff', '{a,\"b c\"}',"
                        + " '{\"k\": [1]}', 0.1, 'glad', null, '1 day 02:03')";
        trial.sql("insert into $ values (1" + row);
        trial.start();
        trial.sql("insert into $ values (2" + row);
        Change live = trial.heard.awaitOne();
        Change read = trial.heard.snapshot().getFirst();
        assertThat(read.operation()).isEqualTo(Operation.READ);
        assertThat(read.table()).isEqualTo(trial.table);
        assertThat(read.after().columns()).isEqualTo(live.after().columns());
        assertThat(read.after().values().subList(1, 12))
                .isEqualTo(live.after().values().subList(1, 12));
        assertThat(read.after().text("price")).isEqualTo("12.50");
        assertThat(read.after().value("twice")).isNull();
        assertThat(read.id()).isLessThan(live.id());
        assertThat(read.id().sequence()).isEqualTo(1);
    }

    @Test
    void aLargeTableIsReadInBatches() {
        trial.sql("create table $ (id int primary key)");
        trial.sql("insert into $ select generate_series(1, 2500)");
        List<Batch> batches = new CopyOnWriteArrayList<>();
        Listener listener =
                new Listener() {
                    @Override
                    public void snapshot(Batch batch) {
                        batches.add(batch);
                    }

                    @Override
                    public void changed(Batch batch) {}
                };
        PostgresChanges changes = trial.start(trial.settings(), listener);
        assertThat(batches).extracting(b -> b.changes().size()).containsExactly(1000, 1000, 500);
        assertThat(batches)
                .extracting(Batch::part)
                .containsExactly(Batch.Part.MORE, Batch.Part.MORE, Batch.Part.LAST);
        assertThat(changes.counts().snapshotRows()).isEqualTo(2500);
        assertThat(changes.counts().changes()).isZero();
    }

    @Test
    void anEmptyTableHasAnEmptySnapshot() {
        trial.sql("create table $ (id int primary key)");
        trial.start();
        assertThat(trial.heard.snapshots).hasValue(1);
        assertThat(trial.heard.snapshot()).isEmpty();
    }

    @Test
    void theRowFilterAndTheColumnsOfThePublicationHoldForTheSnapshotToo() {
        assumeTrue(
                Integer.parseInt(String.valueOf(server.ask("show server_version_num"))) >= 150_000);
        trial.sql("create table $ (id int primary key, secret text, name text)");
        trial.sql("insert into $ values (1, 's', 'a'), (20, 's', 'b')");
        trial.sql("create publication $ for table $ (id, name) where (id > 10)");
        trial.start();
        trial.sql("insert into $ values (2, 's', 'c'), (30, 's', 'd')");
        assertThat(trial.heard.awaitOne().after().text("id")).isEqualTo("30");
        assertThat(trial.heard.snapshot()).hasSize(1);
        Row read = trial.heard.snapshot().getFirst().after();
        assertThat(read.columns()).isEqualTo(trial.heard.awaitOne().after().columns());
        assertThat(read.text("name")).isEqualTo("b");
        assertThat(read.value("secret")).isNull();
    }

    @Test
    void withoutASnapshotOnlyChangesAreTold() {
        trial.sql("create table $ (id int primary key)");
        trial.sql("insert into $ values (1)");
        trial.start(trial.settings().snapshot(Settings.Snapshot.NEVER), trial.heard);
        trial.sql("insert into $ values (2)");
        assertThat(trial.heard.awaitOne().after().text("id")).isEqualTo("2");
        assertThat(trial.heard.snapshots).hasValue(0);
    }

    @Test
    void aSnapshotThatTheListenerFailsInIsBegunAgainFromItsFirstRow() {
        trial.sql("create table $ (id int primary key)");
        trial.sql("insert into $ select generate_series(1, 30)");
        AtomicInteger calls = new AtomicInteger();
        List<Long> firsts = new CopyOnWriteArrayList<>();
        Listener listener =
                new Listener() {
                    @Override
                    public void snapshot(Batch batch) {
                        firsts.add(batch.changes().getFirst().id().sequence());
                        if (calls.incrementAndGet() == 2) {
                            throw new IllegalStateException("planted");
                        }
                    }

                    @Override
                    public void changed(Batch batch) {}
                };
        trial.start(trial.settings().batch(10), listener);
        assertThat(firsts).containsExactly(1L, 11L, 1L, 11L, 21L);
    }

    @Test
    void aNewSlotWaitsForTheTransactionsThatAreOpen() throws Exception {
        trial.sql("create table $ (id int primary key)");
        PostgresChanges changes;
        try (Connection open = server.connect();
                Statement statement = open.createStatement()) {
            open.setAutoCommit(false);
            statement.execute("insert into " + trial.table + " values (1)");
            changes = PostgresChanges.start(trial.settings(), trial.heard);
            String making =
                    "select 1 from pg_replication_slots where slot_name like '"
                            + trial.slot()
                            + "\\_%'";
            eventually(Heard.PATIENCE, () -> assertThat(server.ask(making)).isNotNull());
            statement.execute("insert into " + trial.table + " values (2)");
            assertThat(trial.heard.snapshots).hasValue(0);
            open.commit();
        }
        try (changes) {
            trial.sql("insert into $ values (3)");
            eventually(
                    Heard.PATIENCE,
                    () ->
                            assertThat(
                                            Stream.concat(
                                                            trial.heard.snapshot().stream(),
                                                            trial.heard.changes().stream())
                                                    .map(SnapshotIT::id))
                                    .containsExactly("1", "2", "3"));
        }
    }

    /// One row after another is counted up, by one transaction each, while slots begin: whatever
    /// the snapshot says, the changes after it go on from there one by one.
    @Test
    void noChangeIsMissedOrDoubledBetweenTheSnapshotAndTheStream() throws Exception {
        trial.sql("create table $ (id int primary key, n int)");
        trial.sql("insert into $ select i, 0 from generate_series(1, " + ROWS + ") i");
        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger written = new AtomicInteger();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> countUp(enough, written));
        try {
            for (int round = 0; round < ROUNDS; round++) {
                followThrough(round, written);
            }
        } finally {
            enough.set(true);
            writer.get(30, TimeUnit.SECONDS);
        }
    }

    private void countUp(AtomicBoolean enough, AtomicInteger written) {
        try (Connection connection = server.connect();
                PreparedStatement update =
                        connection.prepareStatement(
                                "update " + trial.table + " set n = n + 1 where id = ?")) {
            for (int i = 0; !enough.get(); i++) {
                update.setInt(1, i % ROWS + 1);
                update.executeUpdate();
                written.incrementAndGet();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void followThrough(int round, AtomicInteger written) {
        Heard heard = new Heard();
        Settings settings =
                trial.settings()
                        .slot(trial.slot() + "_" + round)
                        .keep(round % 2 == 0 ? Settings.Keep.TEMPORARY : Settings.Keep.LASTING);
        int before = written.get();
        eventually(Heard.PATIENCE, () -> assertThat(written.get()).isGreaterThan(before + 20));
        try (PostgresChanges changes = trial.start(settings, heard)) {
            heard.await(3 * ROWS);
            assertThat(changes.counts().gaps()).isZero();
        }
        Map<String, Integer> last = new TreeMap<>();
        for (Change read : heard.snapshot()) {
            last.put(id(read), n(read));
        }
        assertThat(last).hasSize(ROWS);
        for (Change change : heard.changes()) {
            assertThat(n(change))
                    .as("round %d, %s", round, change)
                    .isEqualTo(last.merge(id(change), 1, Integer::sum));
        }
        eventually(Heard.PATIENCE, () -> PostgresChanges.dropSlot(settings));
    }

    private static String id(Change change) {
        return String.valueOf(change.after().text("id"));
    }

    private static int n(Change change) {
        return Integer.parseInt(String.valueOf(change.after().text("n")));
    }
}

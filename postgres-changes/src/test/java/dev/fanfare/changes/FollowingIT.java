// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// What a listener hears of the rows of a real Postgres.
@ExtendWith(Servers.class)
@ParameterizedClass(autoCloseArguments = false) // They serve the whole run.
@MethodSource("dev.fanfare.changes.Servers#all")
final class FollowingIT {
    private final Server server;
    private final Trial trial;

    FollowingIT(Server server) {
        this.server = server;
        this.trial = new Trial(server);
    }

    @BeforeEach
    void table() {
        trial.sql("create table $ (id int primary key, name text, flag bool, at timestamptz)");
    }

    @AfterEach
    void clean() {
        trial.close();
    }

    @Test
    void insertsUpdatesAndDeletesComeAsTheyWereCommitted() {
        trial.start();
        trial.sql("insert into $ values (1, 'Ünal', true, '2026-11-21 10:00:00.5+02')");
        trial.sql("update $ set name = null where id = 1");
        trial.sql("delete from $ where id = 1");

        List<Change> changes = trial.heard.await(3);
        Change insert = changes.get(0);
        assertThat(insert.table()).isEqualTo(trial.table);
        assertThat(insert.operation()).isEqualTo(Operation.INSERT);
        assertThat(insert.before()).isEqualTo(Row.NONE);
        assertThat(insert.after().columns())
                .containsExactly(
                        new Column("id", 23, Column.Role.KEY),
                        new Column("name", 25, Column.Role.PLAIN),
                        new Column("flag", 16, Column.Role.PLAIN),
                        new Column("at", 1184, Column.Role.PLAIN));
        assertThat(insert.after().values())
                .containsExactly(
                        Value.of("1"),
                        Value.of("Ünal"),
                        Value.of("t"),
                        Value.of("2026-11-21 08:00:00.5+00"));
        Change update = changes.get(1);
        assertThat(update.operation()).isEqualTo(Operation.UPDATE);
        assertThat(update.before()).isEqualTo(Row.NONE);
        assertThat(update.after().value("name")).isEqualTo(Value.NULL);
        Change delete = changes.get(2);
        assertThat(delete.operation()).isEqualTo(Operation.DELETE);
        assertThat(delete.after()).isEqualTo(Row.NONE);
        assertThat(delete.row().text("id")).isEqualTo("1");
        assertThat(delete.before().columns()).hasSize(1);
        assertThat(changes).isSortedAccordingTo((a, b) -> a.id().compareTo(b.id()));
        assertThat(insert.transaction()).isPositive().isLessThan(delete.transaction());
        assertThat(insert.committedAt()).isBeforeOrEqualTo(delete.committedAt());
        assertThat(trial.heard.transactions).hasValue(3);
    }

    @Test
    void aTransactionThatIsRolledBackIsNotHeardOf() {
        trial.start();
        trial.sql("begin; insert into $ values (1); rollback");
        trial.sql("insert into $ values (2)");
        assertThat(trial.heard.awaitOne().after().text("id")).isEqualTo("2");
    }

    @Test
    void transactionsComeInTheOrderOfTheirCommitsNotOfTheirBegins() throws Exception {
        trial.start();
        try (var early = server.connect();
                var statement = early.createStatement()) {
            early.setAutoCommit(false);
            statement.execute("insert into " + trial.table + " values (1)");
            trial.sql("insert into $ values (2)");
            statement.execute("insert into " + trial.table + " values (3)");
            early.commit();
        }
        List<Change> changes = trial.heard.await(3);
        assertThat(changes).extracting(c -> c.after().text("id")).containsExactly("2", "1", "3");
        assertThat(changes).extracting(c -> c.id().sequence()).containsExactly(1L, 1L, 2L);
        assertThat(changes.get(1).id().lsn()).isEqualTo(changes.get(2).id().lsn());
    }

    @Test
    void fullIdentityTellsTheWholeRowBefore() {
        trial.sql("alter table $ replica identity full");
        trial.start();
        trial.sql("insert into $ values (1, 'a'); update $ set name = 'b'; delete from $");
        List<Change> changes = trial.heard.await(3);
        assertThat(changes.get(1).before().text("name")).isEqualTo("a");
        assertThat(changes.get(1).after().text("name")).isEqualTo("b");
        assertThat(changes.get(2).before().text("name")).isEqualTo("b");
        assertThat(changes.get(2).before().columns()).hasSize(4);
    }

    @Test
    void theUsualIdentityTellsTheOldKeyWhenItChanges() {
        trial.start();
        trial.sql("insert into $ values (1, 'a'); update $ set id = 2");
        Change update = trial.heard.await(2).get(1);
        assertThat(update.before().columns())
                .containsExactly(new Column("id", 23, Column.Role.KEY));
        assertThat(update.before().text("id")).isEqualTo("1");
        assertThat(update.after().text("id")).isEqualTo("2");
    }

    @Test
    void withoutAnIdentityInsertsComeAndPostgresRefusesTheRest() {
        trial.sql("alter table $ replica identity nothing");
        trial.start();
        trial.sql("insert into $ values (1, 'a')");
        assertThatThrownBy(() -> trial.sql("update $ set name = 'b'"))
                .rootCause()
                .hasMessageContaining("replica identity");
        trial.sql("insert into $ values (2, 'b')");
        assertThat(trial.heard.await(2))
                .extracting(Change::operation)
                .containsOnly(Operation.INSERT);
    }

    @Test
    void aLongValueThatAnUpdateLeavesAloneIsMarkedAsNotSent() {
        trial.sql("alter table $ alter name set storage external");
        trial.start();
        trial.sql("insert into $ values (1, repeat('x', 10000)); update $ set flag = true");
        Change update = trial.heard.await(2).get(1);
        assertThat(update.after().value("name")).isEqualTo(Value.UNSENT);
        assertThat(update.after().text("name")).isNull();
        assertThat(update.after().text("flag")).isEqualTo("t");
    }

    @Test
    void withFullIdentityALongValueIsTakenFromTheRowBefore() {
        trial.sql("alter table $ alter name set storage external");
        trial.sql("alter table $ replica identity full");
        trial.start();
        trial.sql("insert into $ values (1, repeat('x', 10000)); update $ set flag = true");
        Change update = trial.heard.await(2).get(1);
        assertThat(update.after().text("name")).isEqualTo("x".repeat(10_000));
        assertThat(update.after().text("flag")).isEqualTo("t");
    }

    @Test
    void columnsThatAreAddedRenamedAndDroppedChangeTheRowsFromThereOn() {
        trial.start();
        trial.sql("insert into $ values (1, 'a')");
        trial.sql("alter table $ add column more int default 5; insert into $ values (2, 'b')");
        trial.sql("alter table $ rename column name to title; insert into $ values (3, 'c')");
        trial.sql("alter table $ drop column flag; insert into $ values (4, 'd')");
        trial.sql("alter table $ alter title type varchar(9); insert into $ values (5, 'e')");
        List<Change> changes = trial.heard.await(5);
        assertThat(changes)
                .extracting(c -> c.after().columns().stream().map(Column::name).toList())
                .containsExactly(
                        List.of("id", "name", "flag", "at"),
                        List.of("id", "name", "flag", "at", "more"),
                        List.of("id", "title", "flag", "at", "more"),
                        List.of("id", "title", "at", "more"),
                        List.of("id", "title", "at", "more"));
        assertThat(changes.get(1).after().text("more")).isEqualTo("5");
        assertThat(changes.get(4).after().columns().get(1).type())
                .isEqualTo(new ColumnType.Scalar(1043));
    }

    @Test
    void truncateIsAChangeWithoutARow() {
        trial.start();
        trial.sql("insert into $ values (1)");
        trial.sql("truncate $");
        Change truncate = trial.heard.await(2).get(1);
        assertThat(truncate.operation()).isEqualTo(Operation.TRUNCATE);
        assertThat(truncate.table()).isEqualTo(trial.table);
        assertThat(truncate.row().isEmpty()).isTrue();
    }

    @Test
    void aHundredThousandRowsOfOneTransactionComeInBatches() {
        trial.start(trial.settings().batch(500), trial.heard);
        trial.sql("insert into $ select i, 'row ' || i from generate_series(1, 100000) i");
        List<Change> changes = trial.heard.await(100_000);
        assertThat(trial.heard.largest()).isEqualTo(500);
        assertThat(trial.heard.transactions).hasValue(1);
        assertThat(changes)
                .extracting(c -> c.id().sequence())
                .isEqualTo(IntStream.rangeClosed(1, 100_000).mapToObj(Long::valueOf).toList());
        assertThat(changes.getLast().after().text("name")).isEqualTo("row 100000");
    }

    @Test
    void fewLongRowsEndABatchToo() {
        trial.start();
        trial.sql("insert into $ select i, repeat('y', 1000000) from generate_series(1, 20) i");
        trial.heard.await(20);
        assertThat(trial.heard.largest()).isEqualTo(5);
    }

    @Test
    void tablesThatNobodyAskedForAreLeftOut() {
        trial.start();
        trial.sql("create table $_other (id int primary key)");
        trial.sql("alter publication $ add table $_other");
        trial.sql("begin; insert into $_other values (1); insert into $ values (2); commit");
        Change change = trial.heard.awaitOne();
        assertThat(change.after().text("id")).isEqualTo("2");
        assertThat(change.id().sequence()).isEqualTo(2);
        trial.sql("drop table $_other");
    }

    @Test
    void theSlotMovesOnWhileOnlyOtherTablesChange() {
        PostgresChanges changes =
                trial.start(trial.settings().status(Duration.ofMillis(200)), trial.heard);
        trial.sql("create table $_other (id int)");
        for (int i = 0; i < 5; i++) {
            trial.sql("insert into $_other select generate_series(1, 20000)");
        }
        trial.sql("checkpoint");
        eventually(
                Heard.PATIENCE, () -> assertThat(changes.counts().lagBytes()).isLessThan(100_000));
        long end = Lsn.parse(String.valueOf(server.ask("select pg_current_wal_lsn()")));
        trial.sql("drop table $_other");
        eventually(Heard.PATIENCE, () -> assertThat(changes.reached()).isGreaterThanOrEqualTo(end));
        assertThat(trial.heard.size()).isZero();
    }
}

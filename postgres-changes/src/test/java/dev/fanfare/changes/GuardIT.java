// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Slots that are lost, given up or somebody else's: never silence.
@ExtendWith(Servers.class)
@ParameterizedClass(autoCloseArguments = false) // They serve the whole run.
@MethodSource("dev.fanfare.changes.Servers#all")
final class GuardIT {
    private static final long BOUND = 8 << 20;

    private final Server server;
    private final Trial trial;

    GuardIT(Server server) {
        this.server = server;
        this.trial = new Trial(server);
    }

    @BeforeEach
    void table() {
        trial.sql("create table $ (id int primary key, name text)");
        trial.sql("insert into $ values (1, 'a')");
    }

    @AfterEach
    void clean() {
        trial.close();
    }

    /// Some 20 MB of log that have nothing to do with the stream.
    private void writeLog() {
        trial.sql(
                "create table $_log as select i, repeat('z', 200) from generate_series(1, 80000) i;"
                        + " drop table $_log");
    }

    private void assertBegunAnew(Heard heard, Gap.Reason reason) {
        eventually(Heard.PATIENCE, () -> assertThat(heard.gaps).hasSize(1));
        assertThat(heard.gaps.getFirst().reason()).isEqualTo(reason);
        eventually(Heard.PATIENCE, () -> assertThat(heard.snapshots.get()).isPositive());
        int before = heard.size();
        trial.sql("insert into $ values (100, 'new')");
        assertThat(heard.await(before + 1).getLast().after().text("id")).isEqualTo("100");
        assertThat(heard.gaps).hasSize(1);
    }

    @Test
    void aSlotIsGivenUpWhileTheListenerCannotKeepUp() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        trial.heard.before(_ -> await(stuck, release));
        PostgresChanges changes = trial.start(trial.settings().maxWal(BOUND), trial.heard);
        trial.sql("insert into $ values (2, 'b')");
        assertThat(stuck.await(30, TimeUnit.SECONDS)).isTrue();
        writeLog();
        eventually(Heard.PATIENCE, () -> assertThat(trial.hasSlot()).isFalse());
        assertThat(changes.counts().gaps()).isEqualTo(1);
        assertThat(trial.heard.gaps).isEmpty();
        release.countDown();
        eventually(Heard.PATIENCE, () -> assertThat(trial.heard.snapshots).hasValue(2));
        assertThat(trial.heard.snapshot()).hasSize(2);
        assertBegunAnew(trial.heard, Gap.Reason.GIVEN_UP);
    }

    private static void await(CountDownLatch stuck, CountDownLatch release) {
        stuck.countDown();
        try {
            release.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aSlotThatWasLeftAloneForTooLongIsGivenUpAtTheStart() {
        trial.start().close();
        writeLog();
        Heard heard = new Heard();
        trial.start(trial.settings().maxWal(BOUND), heard);
        assertBegunAnew(heard, Gap.Reason.GIVEN_UP);
    }

    @Test
    void aSlotThatHoldsBackLessGoesOn() {
        trial.start().close();
        writeLog();
        trial.sql("insert into $ values (2, 'b')");
        Heard heard = new Heard();
        trial.start(trial.settings().maxWal(40 * BOUND), heard);
        assertThat(heard.awaitOne().after().text("id")).isEqualTo("2");
        assertThat(heard.gaps).isEmpty();
        assertThat(heard.snapshots).hasValue(0);
    }

    @Test
    void aSlotThatPostgresInvalidatedIsAGapAndANewOneBegins() {
        trial.start().close();
        invalidate();
        Heard heard = new Heard();
        trial.start(trial.settings(), heard);
        assertBegunAnew(heard, Gap.Reason.INVALIDATED);
    }

    @Test
    void aSlotThatPostgresInvalidatesUnderTheStreamIsAGapToo() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        trial.heard.before(_ -> await(stuck, release));
        trial.start();
        trial.sql("insert into $ values (2, 'b')");
        assertThat(stuck.await(30, TimeUnit.SECONDS)).isTrue();
        invalidate();
        release.countDown();
        eventually(Heard.PATIENCE, () -> assertThat(trial.heard.snapshots).hasValue(2));
        assertThat(trial.heard.losses).hasSize(1);
        assertBegunAnew(trial.heard, Gap.Reason.INVALIDATED);
    }

    /// Lets Postgres throw away what the slot needs.
    private void invalidate() {
        server.sql("alter system set max_slot_wal_keep_size = '1MB'");
        server.sql("select pg_reload_conf()");
        try {
            for (int i = 0; i < 3; i++) {
                writeLog();
            }
            String status =
                    "select wal_status from pg_replication_slots where slot_name = '"
                            + trial.slot()
                            + "'";
            eventually(
                    Heard.PATIENCE,
                    () -> {
                        server.sql("checkpoint");
                        assertThat(server.ask(status)).isEqualTo("lost");
                    });
        } finally {
            server.sql("alter system reset max_slot_wal_keep_size");
            server.sql("select pg_reload_conf()");
        }
    }

    @Test
    void aSlotThatSomebodyDroppedIsAGap() {
        Heard heard = trial.heard;
        Listener dropper =
                new Listener() {
                    @Override
                    public void snapshot(Batch batch) {
                        heard.snapshot(batch);
                    }

                    @Override
                    public void changed(Batch batch) {
                        heard.changed(batch);
                    }

                    @Override
                    public void lost(Exception cause) {
                        eventually(
                                Heard.PATIENCE, () -> PostgresChanges.dropSlot(trial.settings()));
                    }

                    @Override
                    public void gap(Gap gap) {
                        heard.gap(gap);
                    }
                };
        trial.start(trial.settings(), dropper);
        trial.killWalSender();
        eventually(Heard.PATIENCE, () -> assertThat(heard.snapshots).hasValue(2));
        assertBegunAnew(heard, Gap.Reason.GONE);
    }

    @Test
    void aSlotThatIsGoneAfterARestartIsAGapForWhoHadChanges() {
        trial.start();
        trial.sql("insert into $ values (2, 'b')");
        ChangeId last = trial.heard.awaitOne().id();
        trial.close();
        table();
        Heard heard = new Heard();
        trial.start(trial.settings().after(last), heard);
        assertBegunAnew(heard, Gap.Reason.GONE);
    }

    @Test
    void aLogThatEndsBeforeTheLastChangeIsAGap() {
        trial.start().close();
        Heard heard = new Heard();
        trial.start(trial.settings().after(new ChangeId(0x7FFF_00000000L, 1)), heard);
        assertBegunAnew(heard, Gap.Reason.GONE);
    }

    @Test
    void aPublicationThatIsDroppedIsAGap() {
        trial.start();
        trial.sql("drop publication $");
        trial.sql("insert into $ values (2, 'unheard')");
        eventually(Heard.PATIENCE, () -> assertThat(trial.heard.snapshots).hasValue(2));
        assertThat(trial.heard.snapshot()).hasSize(2);
        assertBegunAnew(trial.heard, Gap.Reason.GONE);
    }

    @Test
    void aSlotThatAnotherReadsIsWaitedFor() {
        PostgresChanges leader = trial.start();
        Heard heard = new Heard();
        try (PostgresChanges next = PostgresChanges.start(trial.settings(), heard)) {
            eventually(Heard.PATIENCE, () -> assertThat(next.state()).isEqualTo(State.WAITING));
            trial.sql("insert into $ values (2, 'b')");
            trial.heard.await(1);
            assertThat(heard.size()).isZero();
            leader.close();
            trial.sql("insert into $ values (3, 'c')");
            assertThat(heard.awaitOne().after().text("id")).isEqualTo("3");
            assertThat(heard.gaps).isEmpty();
            assertThat(heard.losses).isEmpty();
        }
        assertThat(trial.heard.size()).isEqualTo(1);
    }

    @Test
    void changesThatAnotherReaderOfTheSlotTookAreAGap() {
        trial.start();
        trial.sql("insert into $ values (2, 'told')");
        trial.heard.await(1);
        eventually(
                Heard.PATIENCE,
                () -> {
                    trial.killWalSender();
                    trial.sql("insert into $ select max(id) + 1, 'taken' from $");
                    // Fails while the stream is back already: it has had the row.
                    trial.sql("select pg_replication_slot_advance('$', pg_current_wal_lsn())");
                });
        assertBegunAnew(trial.heard, Gap.Reason.TAKEN);
    }

    @Test
    void aSlotOfAnotherDatabaseIsNotTouched() throws Exception {
        server.sql("create database " + trial.slot() + "_other");
        String other = server.url().replace("/postgres", "/" + trial.slot() + "_other");
        try (Connection connection = DriverManager.getConnection(other, "postgres", "");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "select pg_create_logical_replication_slot('"
                            + trial.slot()
                            + "', 'pgoutput')");
        }
        try (PostgresChanges changes = PostgresChanges.start(trial.settings(), trial.heard)) {
            eventually(Heard.PATIENCE, () -> assertThat(trial.heard.losses).hasSize(1));
            assertThat(trial.heard.losses.getFirst())
                    .hasMessageContaining("is of another database or plugin");
            assertThat(changes.state()).isEqualTo(State.CONNECTING);
            assertThat(trial.hasSlot()).isTrue();
        }
        try (Connection connection = DriverManager.getConnection(other, "postgres", "");
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_drop_replication_slot('" + trial.slot() + "')");
        }
        server.sql("drop database " + trial.slot() + "_other");
    }

    @Test
    void twoSlotsEachHearEverything() {
        Heard second = new Heard();
        trial.start();
        Settings other = trial.settings().slot(trial.slot() + "_b");
        try (PostgresChanges changes = trial.start(other, second)) {
            trial.sql("insert into $ values (2, 'b')");
            List<Change> first = trial.heard.await(1);
            assertThat(second.await(1)).isEqualTo(first);
            assertThat(changes.counts().changes()).isEqualTo(1);
        }
        eventually(Heard.PATIENCE, () -> PostgresChanges.dropSlot(other));
    }
}

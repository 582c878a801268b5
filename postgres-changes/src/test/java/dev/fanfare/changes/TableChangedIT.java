// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// A table that stops being what was followed is a gap, or a stream that says that it is not
/// followed: never silence.
@ExtendWith(Servers.class)
@ParameterizedClass(autoCloseArguments = false) // They serve the whole run.
@MethodSource("dev.fanfare.changes.Servers#all")
final class TableChangedIT {
    private final Server server;
    private final Trial trial;

    TableChangedIT(Server server) {
        this.server = server;
        this.trial = new Trial(server);
    }

    @BeforeEach
    void table() {
        trial.sql("create table $ (id int primary key, name text)");
    }

    @AfterEach
    void clean() {
        trial.close();
        trial.sql("drop table if exists $_old, $_new; drop schema if exists $_archive cascade");
    }

    private PostgresChanges follow() {
        return follow(trial.settings());
    }

    private PostgresChanges follow(Settings settings) {
        PostgresChanges changes = trial.start(settings, trial.heard);
        trial.sql("insert into $ values (1, 'before')");
        trial.heard.await(1);
        return changes;
    }

    private void assertGapThenFollowedAgain(PostgresChanges changes) {
        eventually(
                Heard.PATIENCE,
                () -> {
                    assertThat(trial.heard.gaps)
                            .extracting(Gap::reason)
                            .containsExactly(Gap.Reason.TABLE_CHANGED);
                    assertThat(changes.state()).isEqualTo(State.STREAMING);
                });
        assertThat(changes.counts().gaps()).isEqualTo(1);
        int heard = trial.heard.size();
        trial.sql("insert into $ (id) values (100)");
        assertThat(trial.heard.await(heard + 1).getLast().after().text("id")).isEqualTo("100");
        assertThat(trial.heard.gaps).hasSize(1);
    }

    /// The stream stands still, and whoever starts one is told why.
    private void assertNotFollowed(PostgresChanges changes, Settings settings, String why) {
        eventually(
                Heard.PATIENCE,
                () -> {
                    assertThat(trial.heard.losses).isNotEmpty();
                    assertThat(changes.state()).isEqualTo(State.CONNECTING);
                });
        assertThatExceptionOfType(ChangesException.class)
                .isThrownBy(() -> PostgresChanges.start(settings, _ -> {}).close())
                .withMessageContaining(why);
        assertThat(changes.state()).isEqualTo(State.CONNECTING);
    }

    @Test
    void droppedAndCreatedAgain() {
        PostgresChanges changes = follow();
        trial.sql("drop table $; create table $ (id int primary key, name text)");
        trial.sql("insert into $ values (2, 'missed')");
        assertGapThenFollowedAgain(changes);
        assertThat(trial.heard.snapshot())
                .extracting(row -> row.after().text("name"))
                .containsExactly("missed");
    }

    @Test
    void swappedWithAnotherTable() {
        trial.sql("create table $_new (id int primary key, name text)");
        PostgresChanges changes = follow();
        trial.sql("begin; alter table $ rename to $_old; alter table $_new rename to $; commit");
        trial.sql("insert into $ values (2, 'missed')");
        assertGapThenFollowedAgain(changes);
    }

    @Test
    void swappedWithAnotherTableThatIsPublishedToo() {
        trial.sql("create table $_new (id int primary key, name text)");
        trial.sql("create publication $ for table $, $_new");
        PostgresChanges changes = follow();
        trial.sql("begin; alter table $ rename to $_old; alter table $_new rename to $; commit");
        assertGapThenFollowedAgain(changes);
    }

    @Test
    void takenOutOfThePublication() {
        PostgresChanges changes = follow();
        trial.sql("alter publication $ drop table $");
        trial.sql("insert into $ values (2, 'missed')");
        assertGapThenFollowedAgain(changes);
    }

    @Test
    void takenOutOfThePublicationAndAddedAgain() {
        PostgresChanges changes = follow();
        trial.sql("alter publication $ drop table $");
        trial.sql("insert into $ values (2, 'missed')");
        trial.sql("alter publication $ add table $");
        assertGapThenFollowedAgain(changes);
    }

    @Test
    void takenOutOfThePublicationWhileNothingFollows() {
        follow().close();
        trial.sql("alter publication $ drop table $");
        trial.sql("insert into $ values (2, 'missed')");
        assertGapThenFollowedAgain(trial.start());
    }

    @Test
    void createdAgainJustBeforePostgresRestarts() {
        PostgresChanges changes = follow(trial.settings().watch(Duration.ofMinutes(10)));
        trial.sql("drop table $; create table $ (id int primary key, name text)");
        trial.sql("insert into $ values (2, 'missed')");
        server.kill();
        server.start();
        assertGapThenFollowedAgain(changes);
    }

    @Test
    void movedToAnotherSchema() {
        PostgresChanges changes = follow();
        trial.sql("create schema $_archive; alter table $ set schema $_archive");
        assertNotFollowed(changes, trial.settings(), "there is no table " + trial.table);
        trial.sql("alter table $_archive.$ set schema public");
        assertGapThenFollowedAgain(changes);
    }

    @Test
    void renamedAndWrittenToBeforeAnyoneLooks() {
        PostgresChanges changes = follow(trial.settings().watch(Duration.ofMinutes(10)));
        trial.sql("alter table $ rename to $_old; insert into $_old values (2, 'missed')");
        assertNotFollowed(changes, trial.settings(), "there is no table " + trial.table);
        trial.sql("alter table $_old rename to $");
        assertGapThenFollowedAgain(changes);
    }

    @Test
    void whoMayNotAlterThePublicationIsToldTheStatement() {
        trial.sql("create publication $ for table $; create role $_rep login replication");
        trial.sql("grant select on $ to $_rep");
        try {
            PostgresChanges changes = follow(trial.settings(trial.slot() + "_rep"));
            trial.sql("alter publication $ drop table $");
            assertNotFollowed(
                    changes,
                    trial.settings(trial.slot() + "_rep"),
                    "as their owner, run ALTER PUBLICATION");
            trial.sql("alter publication $ add table $");
            assertGapThenFollowedAgain(changes);
        } finally {
            trial.close();
            trial.sql(
                    "create table if not exists $ (id int); drop owned by $_rep; drop role $_rep");
        }
    }

    @Test
    void thePublicationSendsFewerOperations() {
        PostgresChanges changes = follow();
        trial.sql("alter publication $ set (publish = 'insert')");
        assertGapThenFollowedAgain(changes);
    }

    @Test
    void thePublicationFiltersOtherRows() {
        Assumptions.assumeTrue(
                Integer.parseInt(String.valueOf(server.ask("show server_version_num"))) >= 150_000);
        PostgresChanges changes = follow();
        trial.sql("alter publication $ set table $ where (id > 50)");
        assertGapThenFollowedAgain(changes);
    }

    @Test
    void rowsAreNotSentAsTheyWereAnyMore() {
        trial.sql("alter table $ replica identity full");
        PostgresChanges changes = follow();
        trial.sql("alter table $ replica identity default");
        assertGapThenFollowedAgain(changes);
    }

    @Test
    void rowsAreSentAsTheyWereFromNowOn() {
        PostgresChanges changes = follow();
        trial.sql("alter table $ replica identity full");
        trial.sql("update $ set name = 'after'");
        assertThat(trial.heard.await(2).getLast().before().text("name")).isEqualTo("before");
        assertThat(changes.counts().gaps()).isZero();
    }

    private Settings needsName() {
        return trial.settings()
                .needs(Map.of(trial.table, new ColumnNeeds(Set.of("id", "name"), Set.of("name"))));
    }

    @Test
    void aNeededColumnIsRenamedAndRenamedBack() {
        PostgresChanges changes = follow(needsName());
        trial.sql("alter table $ rename name to title");
        assertNotFollowed(
                changes, needsName(), trial.table + " has no column name that is published");
        trial.sql("insert into $ values (2, 'cannot be told'); alter table $ rename title to name");
        assertGapThenFollowedAgain(changes);
    }

    @Test
    void rowsWithoutANeededColumnComeToWhoNeedsAnother() {
        PostgresChanges changes = follow(needsName());
        trial.sql("alter table $ rename name to title; insert into $ values (2, 'kept')");
        assertNotFollowed(
                changes, needsName(), trial.table + " has no column name that is published");
        changes.close();
        Heard corrected = new Heard();
        trial.start(
                trial.settings()
                        .needs(Map.of(trial.table, new ColumnNeeds(Set.of("title"), Set.of()))),
                corrected);
        assertThat(corrected.awaitOne().after().text("title")).isEqualTo("kept");
        assertThat(corrected.gaps).isEmpty();
    }

    @Test
    void aNeededColumnThatIsNotThereStopsTheStart() {
        assertThatExceptionOfType(ChangesException.class)
                .isThrownBy(() ->
                        PostgresChanges.start(
                                        trial.settings()
                                                .needs(
                                                        Map.of(
                                                                trial.table,
                                                                new ColumnNeeds(
                                                                        Set.of("nmae"), Set.of()))),
                                        trial.heard)
                                .close())
                .withMessageContaining("has no column nmae that is published; it has id, name");
    }

    @Test
    void columnsThatNobodyNeedsComeAndGoWithoutAGap() {
        PostgresChanges changes = follow();
        trial.sql("alter table $ add extra int default 7; alter table $ drop name");
        trial.sql("insert into $ values (2)");
        assertThat(trial.heard.await(2).getLast().after().text("extra")).isEqualTo("7");
        assertThat(changes.counts().gaps()).isZero();
    }
}

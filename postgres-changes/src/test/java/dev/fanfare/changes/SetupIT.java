// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fanfare.testkit.FaultProxy;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What a database must have, and what is said when it has it not; what is waited for.
@ExtendWith(Servers.class)
final class SetupIT {
    private final Server server = Servers.all().getFirst();
    private final Trial trial = new Trial(server);

    @BeforeEach
    void table() {
        trial.sql("create table $ (id int primary key, name text)");
    }

    @AfterEach
    void clean() {
        trial.close();
    }

    private Settings as(String url, String user) {
        return Settings.of(url, user, "wrong")
                .slot(trial.slot())
                .publication(trial.slot())
                .tables(List.of(trial.table))
                .backoff(trial.settings().backoff())
                .watch(trial.settings().watch());
    }

    private static ThrowableAssertAlternative<ChangesException> refused(Settings settings) {
        return assertThatExceptionOfType(ChangesException.class)
                .isThrownBy(() -> PostgresChanges.start(settings, _ -> {}).close());
    }

    @Test
    void anUnknownUserIsToldToCheckUserAndPassword() {
        refused(as(server.url(), "nobody")).withMessageContaining("check user and password");
    }

    @Test
    void anUnknownDatabaseIsToldToCheckTheUrl() {
        refused(as(server.url().replace("/postgres", "/none"), "postgres"))
                .withMessageContaining("check the url");
    }

    @Test
    void aUrlOfAnotherKindIsRefused() {
        refused(as("jdbc:mysql://127.0.0.1/x", "postgres"))
                .withMessageContaining("jdbc:postgresql:");
    }

    @Test
    void anUnknownTableIsNamed() {
        refused(trial.settings().tables(List.of(Table.of("shop.none"))))
                .withMessageContaining("there is no table shop.none");
    }

    @Test
    void withoutTablesThePublicationMustBeThere() {
        refused(trial.settings().tables(List.of()))
                .withMessageContaining("there is no publication " + trial.slot());
    }

    @Test
    void everyTableOfAPublicationIsFollowedWhenNoneIsNamed() {
        trial.sql("create publication $ for table $");
        trial.sql("insert into $ values (1, 'a')");
        trial.start(trial.settings().tables(List.of()), trial.heard);
        trial.sql("insert into $ values (2, 'b')");
        assertThat(trial.heard.awaitOne().after().text("id")).isEqualTo("2");
        assertThat(trial.heard.snapshot()).hasSize(1);
    }

    @Test
    void aUserWithoutThePermissionToReplicateIsToldTheStatement() {
        String user = trial.slot() + "_plain";
        trial.sql("create role $_plain login; alter table $ owner to $_plain");
        trial.sql("grant create on database postgres to $_plain");
        try {
            refused(as(server.url(), user))
                    .withMessageContaining("ALTER ROLE \"" + user + "\" REPLICATION");
        } finally {
            trial.sql("drop owned by $_plain cascade");
            trial.sql("drop role $_plain");
            table();
        }
    }

    @Test
    void aUserWhoMayNotPublishIsToldTheStatementForTheOwner() {
        trial.sql("create role $_rep login replication; grant select on $ to $_rep");
        try {
            refused(as(server.url(), trial.slot() + "_rep"))
                    .withMessageContaining("as their owner, run CREATE PUBLICATION");
            trial.sql("create publication $ for table $");
            trial.start(as(server.url(), trial.slot() + "_rep"), trial.heard);
        } finally {
            trial.sql("reassign owned by $_rep to postgres; drop owned by $_rep");
        }
    }

    @Test
    void aUserWhoMayNotReadIsToldTheStatement() {
        trial.sql("create role $_blind login replication; create publication $ for table $");
        Settings blind = as(server.url(), trial.slot() + "_blind");
        refused(blind).withMessageContaining("GRANT SELECT ON");
        trial.start(blind.snapshot(Settings.Snapshot.NEVER), trial.heard);
    }

    @Test
    void aPublicationIsWidenedByTheTablesItLacks() {
        trial.sql("create table $_more (id int primary key); create publication $ for table $");
        Table more = Table.of(trial.slot() + "_more");
        trial.start(trial.settings().tables(List.of(trial.table, more)), trial.heard);
        trial.sql("insert into $_more values (1)");
        assertThat(trial.heard.awaitOne().table()).isEqualTo(more);
        trial.sql("drop table $_more");
    }

    @Test
    void aPartitionedTableComesUnderItsOwnName() {
        trial.sql("create table $_parted (id int primary key) partition by range (id)");
        trial.sql("create table $_p1 partition of $_parted for values from (0) to (10)");
        Table parted = Table.of(trial.slot() + "_parted");
        try {
            trial.sql("create publication $ for table $_parted");
            refused(trial.settings().tables(List.of(parted)))
                    .withMessageContaining("publish_via_partition_root");
            trial.sql("drop publication $; insert into $_parted values (1)");
            trial.start(trial.settings().tables(List.of(parted)), trial.heard);
            trial.sql("insert into $_parted values (2)");
            assertThat(trial.heard.awaitOne().table()).isEqualTo(parted);
            assertThat(trial.heard.snapshot()).extracting(Change::table).containsExactly(parted);
        } finally {
            trial.sql("drop table $_parted");
        }
    }

    @Test
    void namesThatNeedQuotesAreQuoted() {
        Table odd = new Table("public", trial.slot() + " \"Odd\" Näme");
        server.sql("create table " + odd.quoted() + " (\"Id\" int primary key, \"a b\" text)");
        server.sql("insert into " + odd.quoted() + " values (1, 'x')");
        Settings settings =
                trial.settings().publication(trial.slot() + "'s \"Pub\"").tables(List.of(odd));
        try {
            trial.start(settings, trial.heard);
            server.sql("update " + odd.quoted() + " set \"a b\" = 'y'");
            Change change = trial.heard.awaitOne();
            assertThat(change.table()).isEqualTo(odd);
            assertThat(change.after().text("a b")).isEqualTo("y");
            assertThat(trial.heard.snapshot().getFirst().after().text("Id")).isEqualTo("1");
        } finally {
            server.sql("drop publication " + Sql.quoted(settings.publication()));
            server.sql("drop table " + odd.quoted());
        }
    }

    @Test
    void aServerThatIsNotSetUpIsToldWhatToSet() {
        try (Server replica = Server.embedded("wal_level=replica")) {
            refused(as(replica.url(), "postgres"))
                    .withMessageContaining("wal_level=replica")
                    .withMessageContaining("ALTER SYSTEM SET wal_level = 'logical'");
        }
    }

    @Test
    void aDatabaseThatIsNotUpYetIsWaitedFor() {
        server.kill();
        try (PostgresChanges changes = PostgresChanges.start(trial.settings(), trial.heard)) {
            eventually(Heard.PATIENCE, () -> assertThat(trial.heard.losses).hasSize(1));
            assertThat(changes.state()).isEqualTo(State.CONNECTING);
            server.start();
            eventually(
                    Heard.PATIENCE, () -> assertThat(changes.state()).isEqualTo(State.STREAMING));
            assertThat(trial.heard.losses).hasSize(1);
            assertThat(trial.heard.resumed).hasValue(1);
        }
    }

    @Test
    void aNetworkThatSwallowsEverythingIsNoticed() throws Exception {
        try (FaultProxy network = FaultProxy.to(server.port())) {
            Settings through =
                    Settings.of(Server.url(network.port()), "postgres", "")
                            .slot(trial.slot())
                            .publication(trial.slot())
                            .tables(List.of(trial.table))
                            .backoff(trial.settings().backoff())
                            .status(Duration.ofMillis(200))
                            .watch(Duration.ofMillis(50));
            trial.start(through, trial.heard);
            trial.sql("insert into $ values (1, 'a')");
            trial.heard.await(1);
            network.blackHole();
            trial.sql("insert into $ values (2, 'b')");
            eventually(Heard.PATIENCE, () -> assertThat(trial.heard.losses).isNotEmpty());
            network.heal();
            assertThat(trial.heard.await(2))
                    .extracting(c -> c.after().text("id"))
                    .containsExactly("1", "2");
            assertThat(trial.heard.gaps).isEmpty();
        }
    }
}

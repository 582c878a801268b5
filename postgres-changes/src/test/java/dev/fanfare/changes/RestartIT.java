// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Connections, processes and servers that end in the middle: nothing lost, nothing twice, in
/// order.
@ExtendWith(Servers.class)
@ParameterizedClass(autoCloseArguments = false) // They serve the whole run.
@MethodSource("dev.fanfare.changes.Servers#all")
final class RestartIT {
    private static final int ROWS = Integer.getInteger("fanfare.changes.rows", 3_000);

    private final Server server;
    private final Trial trial;

    RestartIT(Server server) {
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
    }

    /// Writes rows 1 to `count`, one transaction each, and tries again what a dying server refuses.
    private CompletableFuture<Void> write(int count) {
        return CompletableFuture.runAsync(() -> {
            int next = 1;
            while (next <= count) {
                next = writeFrom(next, count);
            }
        });
    }

    private int writeFrom(int from, int count) {
        int next = from;
        try (Connection connection = server.connect();
                PreparedStatement insert =
                        connection.prepareStatement(
                                "insert into "
                                        + trial.table
                                        + " values (?, 'x') on conflict do nothing")) {
            for (; next <= count; next++) {
                insert.setInt(1, next);
                insert.executeUpdate();
            }
        } catch (SQLException _) {
            // The server is down, or comes up again.
        }
        return next;
    }

    private static void assertWhole(List<Change> changes, int count) {
        assertThat(changes)
                .extracting(c -> Integer.valueOf(String.valueOf(c.after().text("id"))))
                .isEqualTo(IntStream.rangeClosed(1, count).boxed().toList());
        assertThat(changes).isSortedAccordingTo((a, b) -> a.id().compareTo(b.id()));
        assertThat(changes).extracting(Change::id).doesNotHaveDuplicates();
    }

    @Test
    void theConnectionIsKilledAgainAndAgainWhileRowsAreWritten() throws Exception {
        PostgresChanges changes = trial.start();
        CompletableFuture<Void> writer = write(ROWS);
        for (int part = 1; part <= 5; part++) {
            trial.heard.await(ROWS * part / 6);
            trial.killWalSender();
        }
        writer.get(60, TimeUnit.SECONDS);
        assertWhole(trial.heard.await(ROWS), ROWS);
        assertThat(trial.heard.gaps).isEmpty();
        assertThat(trial.heard.losses).hasSizeBetween(1, 5);
        eventually(
                Heard.PATIENCE,
                () -> assertThat(trial.heard.resumed).hasValue(trial.heard.losses.size()));
        assertThat(changes.counts().reconnects()).isEqualTo(trial.heard.losses.size());
        assertThat(changes.counts().changes()).isEqualTo(ROWS);
        assertThat(changes.counts().transactions()).isEqualTo(ROWS);
    }

    @Test
    void aLargeTransactionThatBreaksOffGoesOnWhereItWas() {
        AtomicInteger batches = new AtomicInteger();
        trial.heard.before(_ -> {
            if (batches.incrementAndGet() % 7 == 0) {
                trial.killWalSender();
            }
        });
        trial.start(trial.settings().batch(1_000), trial.heard);
        // More than fits into the buffers between the server and here.
        trial.sql("insert into $ select i, repeat('x', 2000) from generate_series(1, 20000) i");
        assertWhole(trial.heard.await(20_000), 20_000);
        eventually(Heard.PATIENCE, () -> assertThat(trial.heard.transactions).hasValue(1));
        assertThat(trial.heard.losses).isNotEmpty();
    }

    @Test
    void postgresIsKilledAndComesBackWhileRowsAreWritten() throws Exception {
        trial.start();
        CompletableFuture<Void> writer = write(ROWS);
        for (int part = 1; part <= 2; part++) {
            trial.heard.await(ROWS * part / 4);
            server.kill();
            int losses = part;
            eventually(Heard.PATIENCE, () -> assertThat(trial.heard.losses).hasSize(losses));
            server.start();
            eventually(Heard.PATIENCE, () -> assertThat(trial.heard.resumed).hasValue(losses));
        }
        writer.get(60, TimeUnit.SECONDS);
        assertWhole(trial.heard.await(ROWS), ROWS);
        assertThat(trial.heard.gaps).isEmpty();
        assertThat(trial.heard.losses).hasSize(2);
        assertThat(trial.heard.resumed).hasValue(2);
    }

    @Test
    void anotherProcessGoesOnFromTheSlotAndDropsWhatWasToldBefore() {
        PostgresChanges first = trial.start();
        trial.sql("insert into $ values (1, 'a')");
        trial.heard.await(1);
        first.close();
        trial.sql("insert into $ values (2, 'b')");
        Heard second = new Heard();
        ChangeId last = trial.heard.awaitOne().id();
        trial.start(trial.settings().after(last), second);
        trial.sql("insert into $ values (3, 'c')");
        assertThat(second.await(2)).extracting(c -> c.after().text("id")).containsExactly("2", "3");
        assertThat(second.snapshots).hasValue(0);
        assertThat(second.gaps).isEmpty();
    }

    @Test
    void whatAListenerDidNotTakeOverIsToldAgainToTheNext() {
        AtomicInteger taken = new AtomicInteger();
        trial.heard.before(_ -> {
            if (taken.incrementAndGet() > 2) {
                throw new IllegalStateException("planted");
            }
        });
        PostgresChanges first = trial.start();
        for (int i = 1; i <= 4; i++) {
            trial.sql("insert into $ values (" + i + ", 'x')");
        }
        eventually(Heard.PATIENCE, () -> assertThat(taken.get()).isGreaterThan(4));
        first.close();
        assertThat(trial.heard.size()).isEqualTo(2);
        Heard second = new Heard();
        trial.start(trial.settings().after(trial.heard.changes().getLast().id()), second);
        assertThat(second.await(2)).extracting(c -> c.after().text("id")).containsExactly("3", "4");
    }

    @Test
    void aListenerThatFailsIsToldTheSameAgainAfterAPause() {
        AtomicInteger failures = new AtomicInteger();
        trial.heard.before(_ -> {
            if (failures.incrementAndGet() <= 3) {
                throw new AssertionError("planted");
            }
        });
        trial.start();
        trial.sql("insert into $ values (1, 'a')");
        trial.sql("insert into $ values (2, 'b')");
        assertWhole(trial.heard.await(2), 2);
        assertThat(failures).hasValue(5);
    }

    @Test
    void aTemporarySlotIsAGapWhenItsConnectionEnds() {
        trial.start(trial.settings().keep(Settings.Keep.TEMPORARY), trial.heard);
        trial.sql("insert into $ values (1, 'a')");
        trial.heard.await(1);
        trial.killWalSender();
        eventually(Heard.PATIENCE, () -> assertThat(trial.heard.snapshots).hasValue(2));
        assertThat(trial.heard.gaps).extracting(Gap::reason).containsExactly(Gap.Reason.TEMPORARY);
        assertThat(trial.heard.snapshot())
                .extracting(c -> c.after().text("id"))
                .containsExactly("1");
        trial.sql("insert into $ values (2, 'b')");
        assertThat(trial.heard.await(2).get(1).after().text("id")).isEqualTo("2");
    }

    @Test
    void closingIsQuickConfirmsWhatWasTakenAndDropsATemporarySlot() {
        PostgresChanges changes = trial.start();
        trial.sql("insert into $ values (1, 'a')");
        trial.heard.await(1);
        changes.close();
        assertThat(changes.state()).isEqualTo(State.CLOSED);
        assertThat(trial.hasSlot()).isTrue();
        Heard second = new Heard();
        PostgresChanges again = trial.start(trial.settings(), second);
        trial.sql("insert into $ values (2, 'b')");
        assertThat(second.awaitOne().after().text("id")).isEqualTo("2");
        again.close();
        eventually(Heard.PATIENCE, () -> PostgresChanges.dropSlot(trial.settings()));
        PostgresChanges passing =
                trial.start(trial.settings().keep(Settings.Keep.TEMPORARY), new Heard());
        assertThat(trial.hasSlot()).isTrue();
        passing.close();
        eventually(Heard.PATIENCE, () -> assertThat(trial.hasSlot()).isFalse());
    }
}

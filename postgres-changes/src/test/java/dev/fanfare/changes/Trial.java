// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// What one test has of a server: a table, a slot and a publication of its own, and an end to them.
final class Trial implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    final Server server;
    final Table table;
    final Heard heard = new Heard();
    private final List<PostgresChanges> open = new ArrayList<>();
    private final Settings settings;

    Trial(Server server) {
        this.server = server;
        String name = "t" + NUMBER.incrementAndGet();
        this.table = Table.of(name);
        this.settings =
                Settings.of(server.url(), "postgres", "")
                        .slot(name)
                        .publication(name)
                        .tables(List.of(table))
                        .backoff(
                                new Settings.Backoff(Duration.ofMillis(10), Duration.ofMillis(200)))
                        .watch(Duration.ofMillis(50));
    }

    Settings settings() {
        return settings;
    }

    /// The same as another user, with the password that nobody asks for.
    Settings settings(String user) {
        return Settings.of(server.url(), user, "")
                .slot(settings.slot())
                .publication(settings.publication())
                .tables(settings.tables())
                .backoff(settings.backoff())
                .watch(settings.watch());
    }

    String slot() {
        return settings.slot();
    }

    /// `$` stands for the table's name.
    void sql(String statements) {
        server.sql(statements.replace("$", table.name()));
    }

    /// Returns when it streams.
    PostgresChanges start() {
        return start(settings, heard);
    }

    PostgresChanges start(Settings with, Listener listener) {
        PostgresChanges changes = PostgresChanges.start(with, listener);
        open.add(changes);
        eventually(Heard.PATIENCE, () -> assertThat(changes.state()).isEqualTo(State.STREAMING));
        return changes;
    }

    boolean hasSlot() {
        return server.ask("select 1 from pg_replication_slots where slot_name = '" + slot() + "'")
                != null;
    }

    /// Ends the server's process that feeds the stream.
    void killWalSender() {
        server.sql(
                "select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = '"
                        + slot()
                        + "'");
    }

    @Override
    public void close() {
        for (PostgresChanges each : open.reversed()) {
            each.close();
        }
        eventually(Heard.PATIENCE, () -> PostgresChanges.dropSlot(settings));
        server.sql("drop publication if exists " + settings.publication());
        server.sql("drop table if exists " + table.quoted());
    }
}

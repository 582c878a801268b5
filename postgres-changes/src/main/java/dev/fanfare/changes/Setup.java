// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at what a database must have before it can be followed, and makes the publication. What a
/// person must mend is a [ChangesException] that says how.
final class Setup {
    private static final Logger LOG = LoggerFactory.getLogger(Setup.class);
    private static final int OLDEST = 140_000;
    private static final String DUPLICATE = "42710";
    private static final String NOT_ALLOWED = "42501";

    private final Database database;
    private final Settings settings;

    Setup(Database database, Settings settings) {
        this.database = database;
        this.settings = settings;
    }

    /// @param oid of the publication: another one under the same name has another
    record Publication(long oid, Origin origin) {}

    enum Origin {
        FOUND,
        MADE
    }

    /// @return the publication, which exists then
    Publication check() throws SQLException {
        int version = Integer.parseInt(database.ask("show server_version_num"));
        if (version < OLDEST) {
            throw new ChangesException("needs Postgres 14 or newer, this is " + version, null);
        }
        String level = database.ask("show wal_level");
        if (!level.equals("logical")) {
            throw new ChangesException(
                    "Postgres runs with wal_level="
                            + level
                            + ": run ALTER SYSTEM SET wal_level = 'logical' and restart Postgres",
                    null);
        }
        for (Table table : settings.tables()) {
            table(table);
        }
        return publication();
    }

    private void table(Table table) throws SQLException {
        String query =
                """
                select has_table_privilege(c.oid, 'select') as readable
                from pg_class c where c.oid = to_regclass(?)
                """;
        try (PreparedStatement statement = database.connection().prepareStatement(query)) {
            statement.setString(1, table.quoted());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new ChangesException(
                            "there is no table " + table + " in this database", null);
                }
                if (!row.getBoolean("readable")
                        && settings.snapshot() == Settings.Snapshot.OF_EVERY_NEW_SLOT) {
                    throw new ChangesException(
                            settings.user()
                                    + " may not read "
                                    + table
                                    + " for a snapshot: GRANT SELECT ON "
                                    + table.quoted()
                                    + " TO "
                                    + Sql.quoted(settings.user()),
                            null);
                }
            }
        }
    }

    /// Warns of tables whose rows cannot be told apart: publishing them stops who updates them.
    void warnOfIdentities() throws SQLException {
        String query =
                """
                select 1 from pg_class c where c.oid = to_regclass(?) and (c.relreplident = 'n'
                    or c.relreplident = 'd'
                       and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary))
                """;
        try (PreparedStatement statement = database.connection().prepareStatement(query)) {
            for (Table table : settings.tables()) {
                statement.setString(1, table.quoted());
                try (ResultSet row = statement.executeQuery()) {
                    if (row.next()) {
                        LOG.warn(
                                "{} has no replica identity: Postgres will refuse updates and deletes of it"
                                        + " while it is published. Give it a primary key, or run ALTER TABLE"
                                        + " {} REPLICA IDENTITY FULL",
                                table,
                                table.quoted());
                    }
                }
            }
        }
    }

    /// Made when it is missing, and before any slot is: a slot that is older than its publication
    /// cannot be read.
    private Publication publication() throws SQLException {
        String name = settings.publication();
        Origin origin = oid() == 0 ? Origin.MADE : Origin.FOUND;
        if (origin == Origin.MADE) {
            create();
        }
        List<Table> missing = missing();
        if (!missing.isEmpty()) {
            run("ALTER PUBLICATION " + Sql.quoted(name) + " ADD TABLE " + list(missing));
        }
        List<Table> scattered = scattered();
        if (!scattered.isEmpty()) {
            throw new ChangesException(
                    scattered
                            + " is partitioned and its changes would come under the names of its"
                            + " partitions: ALTER PUBLICATION "
                            + Sql.quoted(name)
                            + " SET (publish_via_partition_root = true)",
                    null);
        }
        return new Publication(oid(), origin);
    }

    /// 0 when there is no publication.
    long oid() throws SQLException {
        String oid =
                database.ask(
                        "select oid from pg_publication where pubname = "
                                + Sql.literal(settings.publication()));
        return oid.isEmpty() ? 0 : Long.parseLong(oid);
    }

    private void create() throws SQLException {
        if (settings.tables().isEmpty()) {
            throw new ChangesException(
                    "there is no publication "
                            + settings.publication()
                            + ", and no tables are named to make it of",
                    null);
        }
        run(
                "CREATE PUBLICATION "
                        + Sql.quoted(settings.publication())
                        + " FOR TABLE "
                        + list(settings.tables())
                        + " WITH (publish_via_partition_root = true)");
    }

    private void run(String statement) throws SQLException {
        try (Statement made = database.connection().createStatement()) {
            made.execute(statement);
            LOG.info("{}", statement);
        } catch (SQLException e) {
            if (NOT_ALLOWED.equals(e.getSQLState())) {
                throw new ChangesException(
                        settings.user()
                                + " may not publish the tables ("
                                + e.getMessage()
                                + "): as their owner, run "
                                + statement,
                        e);
            }
            if (!DUPLICATE.equals(e.getSQLState())) {
                throw e;
            }
            // Another node was faster.
        }
    }

    private List<Table> missing() throws SQLException {
        return wanted(
                """
                not exists (select from pg_publication p where p.pubname = ? and p.puballtables)
                and not exists (select from pg_publication_tables t where t.pubname = ?
                                and t.schemaname = n.nspname and t.tablename = c.relname)
                and not exists (select from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
                                where p.pubname = ? and r.prrelid = c.oid)
                """);
    }

    private List<Table> scattered() throws SQLException {
        return wanted(
                """
                c.relkind = 'p'
                and not exists (select from pg_publication_tables t where t.pubname = ?
                                and t.schemaname = n.nspname and t.tablename = c.relname)
                and ? = ?
                """);
    }

    /// The tables that are wanted and of which this holds; the publication's name stands three
    /// times in it.
    private List<Table> wanted(String condition) throws SQLException {
        List<Table> found = new ArrayList<>();
        String query =
                "select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                        + " where c.oid = to_regclass(?) and "
                        + condition;
        try (PreparedStatement statement = database.connection().prepareStatement(query)) {
            for (Table table : settings.tables()) {
                statement.setString(1, table.quoted());
                for (int i = 2; i <= 4; i++) {
                    statement.setString(i, settings.publication());
                }
                try (ResultSet row = statement.executeQuery()) {
                    if (row.next()) {
                        found.add(table);
                    }
                }
            }
        }
        return found;
    }

    private static String list(List<Table> tables) {
        return tables.stream().map(Table::quoted).collect(Collectors.joining(", "));
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
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
    private final Catalogue catalogue;

    Setup(Database database, Settings settings) {
        this.database = database;
        this.settings = settings;
        this.catalogue = new Catalogue(database, settings);
    }

    /// How the publication was found.
    enum Origin {
        FOUND,
        MADE,
        /// It lacked a table, which was added.
        WIDENED
    }

    /// @param publication as it is now
    record Checked(Publication publication, Origin origin) {}

    /// @return the publication, which exists then and has all that is needed
    Checked check() throws SQLException {
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
                    throw new TableChangedException(
                            "there is no table " + table + " in this database");
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

    /// Warns of what Postgres will not send, or not under the table's name.
    void warn(Publication publication) throws SQLException {
        publication.tables().forEach((table, facts) -> warnOfIdentity(table, facts.identity()));
        for (Table table : publication.tables().keySet()) {
            if (hasHeirs(table)) {
                LOG.warn(
                        "{} has tables that inherit from it: their changes come under their own"
                                + " names, so follow them too",
                        table);
            }
        }
        if (database.ask("show server_encoding").equals("SQL_ASCII")) {
            LOG.warn(
                    "the database has the encoding SQL_ASCII: texts that are not UTF-8 come with"
                            + " U+FFFD in place of what cannot be read");
        }
    }

    private void warnOfIdentity(Table table, PublishedTable.Identity identity) {
        if (identity.isFull()) {
            return;
        }
        if (identity.key().isEmpty()) {
            LOG.warn(
                    "{} has no replica identity: Postgres will refuse updates and deletes of it while"
                            + " it is published. Give it a primary key, or run ALTER TABLE {} REPLICA"
                            + " IDENTITY FULL",
                    table,
                    table.quoted());
            return;
        }
        Set<String> unknown = new TreeSet<>(needs(table).decisive());
        unknown.removeAll(identity.key());
        if (!unknown.isEmpty()) {
            LOG.warn(
                    "{}: Postgres does not send {} of rows before a change, nor long values that an"
                            + " update leaves alone: rows that leave a channel by an update are not"
                            + " told, deletions may not be, and updates that cannot be judged are a"
                            + " gap. Run ALTER TABLE {} REPLICA IDENTITY FULL",
                    table,
                    String.join(", ", unknown),
                    table.quoted());
        }
    }

    private ColumnNeeds needs(Table table) {
        return settings.needs().getOrDefault(table, ColumnNeeds.NONE);
    }

    private boolean hasHeirs(Table table) throws SQLException {
        return !database.ask(
                        "select 1 from pg_class c join pg_inherits i on i.inhparent = c.oid"
                                + " where c.relkind = 'r' and c.oid = to_regclass("
                                + Sql.literal(table.quoted())
                                + ") limit 1")
                .isEmpty();
    }

    /// Made when it is missing, and before any slot is: a slot that is older than its publication
    /// cannot be read.
    private Checked publication() throws SQLException {
        Publication found = catalogue.publication();
        if (found.oid() == 0) {
            create();
            return new Checked(complete(catalogue.publication()), Origin.MADE);
        }
        List<Table> missing = tables(found, facts -> !facts.isPublished() && facts.entry() == 0);
        if (missing.isEmpty() || found.isForAllTables()) {
            return new Checked(complete(found), Origin.FOUND);
        }
        LOG.warn("publication {} lacks {}", settings.publication(), missing);
        run(
                "ALTER PUBLICATION "
                        + Sql.quoted(settings.publication())
                        + " ADD TABLE "
                        + list(missing));
        return new Checked(complete(catalogue.publication()), Origin.WIDENED);
    }

    private Publication complete(Publication publication) {
        List<Table> scattered = tables(publication, facts -> !facts.isPublished());
        if (!scattered.isEmpty()) {
            throw new TableChangedException(
                    "the changes of "
                            + scattered
                            + " would come under other names: run ALTER PUBLICATION "
                            + Sql.quoted(settings.publication())
                            + " SET (publish_via_partition_root = true), and follow a partitioned"
                            + " table rather than its partitions");
        }
        publication
                .tables()
                .forEach((table, facts) -> {
                    List<String> missing = settings.missingOf(table, facts.columns());
                    if (!missing.isEmpty()) {
                        throw new TableChangedException(
                                "%s has no column %s that is published; it has %s: correct the configuration, or the table"
                                        .formatted(
                                                table,
                                                String.join(", ", missing),
                                                String.join(", ", new TreeSet<>(facts.columns()))));
                    }
                });
        return publication;
    }

    private static List<Table> tables(Publication of, Predicate<PublishedTable> wanted) {
        return of.tables().entrySet().stream()
                .filter(each -> wanted.test(each.getValue()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
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

    private static String list(List<Table> tables) {
        return tables.stream().map(Table::quoted).collect(Collectors.joining(", "));
    }
}

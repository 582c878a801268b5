// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import dev.fanfare.changes.PublishedTable.Identity;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Reads what the database says of the publication and its tables.
final class Catalogue {
    /// From this version on a publication may filter rows and choose columns.
    private static final int RESTRICTS = 150_000;

    private static final String PUBLICATION =
            """
            select oid, puballtables, concat_ws(', ',
                case when pubinsert then 'insert' end, case when pubupdate then 'update' end,
                case when pubdelete then 'delete' end, case when pubtruncate then 'truncate' end)
            from pg_publication where pubname = ?
            """;

    private static final String TABLES =
            """
            select n.nspname, c.relname, c.oid, coalesce(e.oid, 0), t.tablename is not null, $restriction,
                c.relreplident = 'f',
                array(select a.attname::text from pg_index i
                      join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
                      where i.indrelid = c.oid and case c.relreplident
                          when 'd' then i.indisprimary when 'i' then i.indisreplident else false end),
                array($columns)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
                left join pg_publication p on p.pubname = ?
                left join pg_publication_rel e on e.prpubid = p.oid and e.prrelid = c.oid
                left join pg_publication_tables t
                    on t.pubname = p.pubname and t.schemaname = n.nspname and t.tablename = c.relname
            where c.relkind in ('r', 'p')
                and case when ? then t.tablename is not null
                    else (n.nspname, c.relname) in (select * from unnest(?::text[], ?::text[])) end
            """;

    private static final String ALL_COLUMNS =
            "select a.attname::text from pg_attribute a where a.attrelid = c.oid"
                    + " and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''";

    private final Database database;
    private final Settings settings;

    Catalogue(Database database, Settings settings) {
        this.database = database;
        this.settings = settings;
    }

    Publication publication() throws SQLException {
        // First, so that tables do not seem to have left a publication that was dropped meanwhile.
        Map<Table, PublishedTable> tables = tables();
        try (PreparedStatement statement = connection().prepareStatement(PUBLICATION)) {
            statement.setString(1, settings.publication());
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? new Publication(
                                row.getLong(1), row.getBoolean(2), row.getString(3), tables)
                        : Publication.NONE;
            }
        }
    }

    private Map<Table, PublishedTable> tables() throws SQLException {
        boolean restricts = Integer.parseInt(database.ask("show server_version_num")) >= RESTRICTS;
        String query =
                TABLES.replace(
                                "$restriction",
                                restricts ? "concat(t.rowfilter, ' ', e.prattrs::text)" : "''")
                        .replace("$columns", restricts ? "select unnest(t.attnames)" : ALL_COLUMNS);
        Map<Table, PublishedTable> tables = new TreeMap<>();
        try (PreparedStatement statement = connection().prepareStatement(query)) {
            statement.setString(1, settings.publication());
            statement.setBoolean(2, settings.tables().isEmpty());
            statement.setArray(3, texts(settings.tables().stream().map(Table::schema)));
            statement.setArray(4, texts(settings.tables().stream().map(Table::name)));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    tables.put(new Table(row.getString(1), row.getString(2)), table(row));
                }
            }
        }
        return tables;
    }

    private static PublishedTable table(ResultSet row) throws SQLException {
        return new PublishedTable(
                row.getLong(3),
                row.getLong(4),
                row.getBoolean(5),
                row.getString(6),
                new Identity(row.getBoolean(7), texts(row, 8)),
                texts(row, 9));
    }

    private java.sql.Array texts(Stream<String> texts) throws SQLException {
        return connection().createArrayOf("text", texts.toArray());
    }

    private static Set<String> texts(ResultSet row, int column) throws SQLException {
        return Set.of((String[]) row.getArray(column).getArray());
    }

    private Connection connection() {
        return database.connection();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Reads the published tables as a new slot saw them: every transaction that committed before the
/// slot's first place is in the rows, and every other one will be in the stream. Rows, columns and
/// texts are those that the stream would send.
final class Snapshots {
    private static final int GENERATED_ARE_CHOSEN = 180_000;
    private static final int FILTERED = 150_000;

    private final Database database;
    private final Settings settings;
    private final Consumer<Batch> listener;

    private List<Change> held = new ArrayList<>();
    private long heldText;
    private long sequence;

    /// One table, as it is published.
    private record Published(Table table, String from, List<Column> columns, String condition) {}

    Snapshots(Database database, Settings settings, Consumer<Batch> listener) {
        this.database = database;
        this.settings = settings;
        this.listener = listener;
    }

    /// @param name of the exported snapshot
    /// @param point where the stream will go on
    void read(String name, long point) throws SQLException {
        Connection connection = database.connection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "set transaction isolation level repeatable read, read only;"
                            + " set transaction snapshot "
                            + Sql.literal(name));
            Instant at =
                    Instant.parse(
                            database.ask(
                                    "select to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"));
            for (Published published : published()) {
                rows(published, point - 1, at);
            }
            tell(Batch.Part.LAST);
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private void rows(Published published, long lsn, Instant at) throws SQLException {
        String columns =
                published.columns().stream()
                        .map(column -> Sql.quoted(column.name()))
                        .collect(Collectors.joining(", "));
        String query = "select " + columns + " from " + published.from() + published.condition();
        try (Statement statement = database.connection().createStatement()) {
            statement.setFetchSize(Math.min(settings.batch(), 1_000));
            try (ResultSet rows = statement.executeQuery(query)) {
                while (rows.next()) {
                    add(
                            new Change(
                                    published.table(),
                                    Operation.READ,
                                    Row.NONE,
                                    row(published.columns(), rows),
                                    new ChangeId(lsn, ++sequence),
                                    0,
                                    at));
                }
            }
        }
    }

    private static Row row(List<Column> columns, ResultSet from) throws SQLException {
        List<Value> values = new ArrayList<>(columns.size());
        for (int i = 1; i <= columns.size(); i++) {
            String text = from.getString(i);
            values.add(text == null ? Value.NULL : Value.of(text));
        }
        return new Row(columns, values);
    }

    private void add(Change change) {
        if (held.size() == settings.batch() || heldText >= Transactions.MOST_HELD) {
            tell(Batch.Part.MORE);
        }
        held.add(change);
        heldText += change.after().length();
    }

    private void tell(Batch.Part part) {
        listener.accept(new Batch(held, part));
        held = new ArrayList<>();
        heldText = 0;
    }

    private List<Published> published() throws SQLException {
        int version = Integer.parseInt(database.ask("show server_version_num"));
        String query =
                "select t.schemaname, t.tablename, c.oid, c.relkind, "
                        + (version >= FILTERED ? "t.rowfilter" : "null")
                        + " as rowfilter from pg_publication_tables t"
                        + " join pg_namespace n on n.nspname = t.schemaname"
                        + " join pg_class c on c.relnamespace = n.oid and c.relname = t.tablename"
                        + " where t.pubname = ? order by 1, 2";
        List<Published> published = new ArrayList<>();
        try (PreparedStatement statement = database.connection().prepareStatement(query)) {
            statement.setString(1, settings.publication());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Table table = new Table(row.getString(1), row.getString(2));
                    if (settings.tables().isEmpty() || settings.tables().contains(table)) {
                        String filter = row.getString("rowfilter");
                        boolean whole = row.getString("relkind").equals("p");
                        published.add(
                                new Published(
                                        table,
                                        (whole ? "" : "only ") + table.quoted(),
                                        columns(table, row.getLong("oid"), version),
                                        filter == null ? "" : " where " + filter));
                    }
                }
            }
        }
        return published;
    }

    private List<Column> columns(Table table, long oid, int version) throws SQLException {
        String query =
                """
                select a.attname, a.atttypid, coalesce(
                    case c.relreplident when 'f' then true when 'n' then false
                         else exists (select from pg_index i where i.indrelid = c.oid and a.attnum = any (i.indkey)
                              and case c.relreplident when 'd' then i.indisprimary else i.indisreplident end) end,
                    false) as identity
                from pg_attribute a join pg_class c on c.oid = a.attrelid
                where c.oid = ? and a.attnum > 0 and not a.attisdropped
                """
                        + (version >= GENERATED_ARE_CHOSEN ? "" : " and a.attgenerated = ''")
                        + (version >= FILTERED
                                ? " and a.attname = any (select unnest(t.attnames) from"
                                        + " pg_publication_tables t where t.pubname = ? and"
                                        + " t.schemaname = ? and t.tablename = ?)"
                                : "")
                        + " order by a.attnum";
        List<Column> columns = new ArrayList<>();
        try (PreparedStatement statement = database.connection().prepareStatement(query)) {
            statement.setLong(1, oid);
            if (version >= FILTERED) {
                statement.setString(2, settings.publication());
                statement.setString(3, table.schema());
                statement.setString(4, table.name());
            }
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    columns.add(
                            new Column(
                                    row.getString(1),
                                    (int) row.getLong(2),
                                    row.getBoolean("identity")
                                            ? Column.Role.KEY
                                            : Column.Role.PLAIN));
                }
            }
        }
        return new ColumnTypes(database).of(columns);
    }
}

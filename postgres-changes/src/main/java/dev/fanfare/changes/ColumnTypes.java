// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Looks up what the oids of columns' types stand for, as the stream sends no more than those.
final class ColumnTypes {
    /// Types within types, at most; deeper ones are texts.
    private static final int MAX_DEPTH = 16;

    /// The types, and those of which they are made. `int2vector` and `oidvector` call themselves
    /// arrays, and are not written like them.
    private static final String QUERY =
            """
            with recursive types (oid, base, element, delimiter, relation) as (
                select oid, typbasetype,
                    case when typcategory = 'A' and typlen = -1 and oid not in (22, 30) then typelem else 0 end,
                    typdelim, typrelid
                from pg_type where oid = any (?)
                union
                select p.oid, p.typbasetype,
                    case when p.typcategory = 'A' and p.typlen = -1 and p.oid not in (22, 30) then p.typelem else 0 end,
                    p.typdelim, p.typrelid
                from types t join pg_type p on p.oid = t.base or p.oid = t.element
                    or t.relation <> 0 and p.oid in (select atttypid from pg_attribute
                        where attrelid = t.relation and attnum > 0 and not attisdropped))
            select t.oid, t.base, t.element, coalesce(e.typdelim, ','),
                array(select attname::text from pg_attribute
                      where attrelid = t.relation and attnum > 0 and not attisdropped order by attnum),
                array(select atttypid::bigint from pg_attribute
                      where attrelid = t.relation and attnum > 0 and not attisdropped order by attnum)
            from types t left join pg_type e on e.oid = t.element
            """;

    private final Database database;

    ColumnTypes(Database database) {
        this.database = database;
    }

    /// One row of the catalogue; what it has not is 0 or empty.
    private record Entry(int base, int element, char delimiter, Map<String, Integer> fields) {}

    /// The same columns, with their types looked up.
    List<Column> of(List<Column> columns) throws SQLException {
        Map<Integer, Entry> entries = entries(columns);
        return columns.stream()
                .map(column ->
                        column.type() instanceof ColumnType.Scalar(int oid)
                                ? new Column(column.name(), type(oid, entries, 0), column.role())
                                : column)
                .toList();
    }

    private static ColumnType type(int oid, Map<Integer, Entry> entries, int depth) {
        Entry entry = entries.get(oid);
        if (entry == null || depth == MAX_DEPTH) {
            return new ColumnType.Scalar(oid);
        }
        if (entry.base != 0) {
            return type(entry.base, entries, depth + 1);
        }
        if (entry.element != 0) {
            return new ColumnType.Array(type(entry.element, entries, depth + 1), entry.delimiter);
        }
        if (entry.fields.isEmpty()) {
            return new ColumnType.Scalar(oid);
        }
        Map<String, ColumnType> fields = new LinkedHashMap<>();
        entry.fields.forEach((name, field) -> fields.put(name, type(field, entries, depth + 1)));
        return new ColumnType.Composite(fields);
    }

    private Map<Integer, Entry> entries(Collection<Column> columns) throws SQLException {
        Object[] oids =
                columns.stream()
                        .map(Column::type)
                        .filter(ColumnType.Scalar.class::isInstance)
                        .map(type -> Integer.toUnsignedLong(((ColumnType.Scalar) type).oid()))
                        .distinct()
                        .toArray();
        Map<Integer, Entry> entries = new HashMap<>();
        try (PreparedStatement statement = database.connection().prepareStatement(QUERY)) {
            statement.setArray(1, database.connection().createArrayOf("oid", oids));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    entries.put(
                            (int) row.getLong(1),
                            new Entry(
                                    (int) row.getLong(2),
                                    (int) row.getLong(3),
                                    row.getString(4).charAt(0),
                                    fields(row)));
                }
            }
        }
        return entries;
    }

    private static Map<String, Integer> fields(ResultSet row) throws SQLException {
        String[] names = (String[]) row.getArray(5).getArray();
        Long[] types = (Long[]) row.getArray(6).getArray();
        Map<String, Integer> fields = new LinkedHashMap<>();
        for (int i = 0; i < names.length; i++) {
            fields.put(names[i], types[i].intValue());
        }
        return fields;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import dev.fanfare.apps.Json;
import dev.fanfare.changes.Change;
import dev.fanfare.changes.Column;
import dev.fanfare.changes.ColumnType;
import dev.fanfare.changes.Literal;
import dev.fanfare.changes.Row;
import dev.fanfare.changes.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What of a change is published.
///
/// @param columns the names under which columns are published; empty for all of them, under their
///   own
/// @param numbers how those of `bigint` and `numeric` are published
record Payload(Shape shape, Map<String, String> columns, Numbers numbers) {
    /// Types of pg_type.dat whose text is a number in JSON too, unless it is `NaN` or infinite.
    private static final int INT8 = 20;

    private static final int INT2 = 21;
    private static final int INT4 = 23;
    private static final int OID = 26;
    private static final int FLOAT4 = 700;
    private static final int FLOAT8 = 701;
    private static final int NUMERIC = 1700;

    private static final int BOOL = 16;
    private static final int JSON = 114;
    private static final int JSONB = 3802;

    enum Shape {
        /// `{operation, table, before, after, committedAt}`, and `unchanged` where Postgres left
        /// out long values.
        CHANGE,
        /// The row as it is, or as it was when it is gone.
        ROW
    }

    Payload {
        columns = Map.copyOf(columns);
    }

    /// @param operation as the subscribers see it
    byte[] of(Change change, String operation) {
        if (shape == Shape.ROW) {
            return Json.write(object(change.row()));
        }
        Map<String, @Nullable Object> whole = new LinkedHashMap<>();
        whole.put("operation", operation);
        whole.put("table", change.table().toString());
        whole.put("before", change.before().isEmpty() ? null : object(change.before()));
        whole.put("after", change.after().isEmpty() ? null : object(change.after()));
        whole.put("committedAt", change.committedAt().toString());
        List<String> unchanged = unchanged(change.row());
        if (!unchanged.isEmpty()) {
            whole.put("unchanged", unchanged);
        }
        return Json.write(whole);
    }

    /// Whether it has every column that is published.
    boolean isWhole(Row row) {
        return unchanged(row).isEmpty();
    }

    /// Columns whose long values an update left alone, so that Postgres did not send them.
    private List<String> unchanged(Row row) {
        List<String> names = new ArrayList<>(0);
        for (int i = 0; i < row.columns().size(); i++) {
            String name = published(row.columns().get(i));
            if (!name.isEmpty() && row.values().get(i) instanceof Value.Unsent) {
                names.add(name);
            }
        }
        return names;
    }

    /// Empty for a column that is not published.
    private String published(Column column) {
        return columns.isEmpty() ? column.name() : columns.getOrDefault(column.name(), "");
    }

    private Map<String, @Nullable Object> object(Row row) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (int i = 0; i < row.columns().size(); i++) {
            Column column = row.columns().get(i);
            String name = published(column);
            Value value = row.values().get(i);
            if (!name.isEmpty() && !(value instanceof Value.Unsent)) {
                object.put(name, json(column.type(), value));
            }
        }
        return object;
    }

    private @Nullable Object json(ColumnType type, Value value) {
        return value instanceof Value.Text(String text) ? json(type, text) : null;
    }

    private Object json(ColumnType type, String text) {
        return switch (type) {
            case ColumnType.Scalar(int oid) -> scalar(oid, text);
            case ColumnType.Array(ColumnType element, char delimiter) ->
                    items(element, Literal.array(text, delimiter));
            case ColumnType.Composite(Map<String, ColumnType> fields) ->
                    fields(fields, Literal.row(text), text);
        };
    }

    private List<@Nullable Object> items(ColumnType element, List<?> items) {
        List<@Nullable Object> all = new ArrayList<>(items.size());
        for (Object item : items) {
            all.add(
                    switch (item) {
                        case null -> null;
                        case List<?> inner -> items(element, inner);
                        default -> json(element, item.toString());
                    });
        }
        return all;
    }

    /// A row that was written when its type had other fields stays a text.
    private Object fields(
            Map<String, ColumnType> fields, List<@Nullable String> values, String text) {
        if (values.size() != fields.size()) {
            return text;
        }
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        Iterator<@Nullable String> each = values.iterator();
        fields.forEach((name, type) -> {
            String value = each.next();
            object.put(name, value == null ? null : json(type, value));
        });
        return object;
    }

    private Object scalar(int oid, String text) {
        return switch (oid) {
            case BOOL -> text.equals("t");
            case INT2, INT4, OID, FLOAT4, FLOAT8 -> isNumber(text) ? raw(text) : text;
            case INT8, NUMERIC -> isNumber(text) && numbers.asNumber(text) ? raw(text) : text;
            case JSON, JSONB -> raw(text);
            default -> text;
        };
    }

    /// It may be `NaN` or infinite.
    private static boolean isNumber(String text) {
        return !Character.isLetter(text.charAt(text.length() - 1));
    }

    private static Object raw(String text) {
        return Json.raw(text.getBytes(StandardCharsets.UTF_8));
    }
}

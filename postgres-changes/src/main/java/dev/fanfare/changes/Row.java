// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A row or a part of one: its columns in the table's order, and a value for each.
public record Row(List<Column> columns, List<Value> values) {
    /// No row: before an insert, after a delete.
    public static final Row NONE = new Row(List.of(), List.of());

    public Row {
        columns = List.copyOf(columns);
        values = List.copyOf(values);
        if (columns.size() != values.size()) {
            throw new IllegalArgumentException(
                    "columns=" + columns.size() + ", values=" + values.size());
        }
    }

    public boolean isEmpty() {
        return columns.isEmpty();
    }

    /// `null` when there is no such column here.
    public @Nullable Value value(String column) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(column)) {
                return values.get(i);
            }
        }
        return null;
    }

    /// The text of the column; `null` when it is SQL's `NULL`, was not sent, or is not here.
    public @Nullable String text(String column) {
        return value(column) instanceof Value.Text(String text) ? text : null;
    }

    /// Characters of text in it.
    long length() {
        long length = 0;
        for (Value value : values) {
            length += value instanceof Value.Text(String text) ? text.length() : 0;
        }
        return length;
    }

    /// The part of this row that identifies it: what Postgres sends of the row before.
    Row key() {
        List<Column> keys = new ArrayList<>();
        List<Value> those = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).role() == Column.Role.KEY) {
                keys.add(columns.get(i));
                those.add(values.get(i));
            }
        }
        return new Row(keys, those);
    }

    /// This row, with what was not sent taken from the one before it.
    Row filledFrom(Row before) {
        if (before.isEmpty() || !values.contains(Value.UNSENT)) {
            return this;
        }
        List<Value> filled = new ArrayList<>(values);
        for (int i = 0; i < filled.size(); i++) {
            Value old = before.value(columns.get(i).name());
            if (filled.get(i) instanceof Value.Unsent && old != null) {
                filled.set(i, old);
            }
        }
        return new Row(columns, filled);
    }
}

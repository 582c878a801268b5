// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// A table, by its names as the catalogue has them: not quoted, in their true case.
public record Table(String schema, String name) implements Comparable<Table> {
    public Table {
        if (schema.isEmpty() || name.isEmpty()) {
            throw new IllegalArgumentException("a table needs a schema and a name");
        }
    }

    /// @param text `name` (in the schema `public`) or `schema.name`
    public static Table of(String text) {
        int dot = text.indexOf('.');
        return dot < 0
                ? new Table("public", text)
                : new Table(text.substring(0, dot), text.substring(dot + 1));
    }

    /// As SQL wants it.
    String quoted() {
        return Sql.quoted(schema) + "." + Sql.quoted(name);
    }

    @Override
    public int compareTo(Table other) {
        int order = schema.compareTo(other.schema);
        return order != 0 ? order : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return schema + "." + name;
    }
}

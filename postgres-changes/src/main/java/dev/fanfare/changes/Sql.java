// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// Names and texts, written so that Postgres takes them as they are.
final class Sql {
    private Sql() {}

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}

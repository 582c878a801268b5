// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// What a row has in a column.
public sealed interface Value {
    /// As the type's output function writes it, the same in a snapshot and in the stream: booleans
    /// are `t` and `f`, times are ISO 8601 with a space and in UTC where they have a zone.
    record Text(String text) implements Value {}

    /// SQL's `NULL`.
    record Null() implements Value {}

    /// A long value (TOAST) that this update left alone, which Postgres does not send again. With
    /// REPLICA IDENTITY FULL it never comes to this: the value is taken from the row before.
    record Unsent() implements Value {}

    Value NULL = new Null();
    Value UNSENT = new Unsent();

    static Value of(String text) {
        return new Text(text);
    }
}

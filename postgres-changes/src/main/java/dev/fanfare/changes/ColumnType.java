// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.util.LinkedHashMap;
import java.util.Map;

/// The type of a column, as far as its text needs it. A domain is the type beneath it.
public sealed interface ColumnType {
    /// A value that is one text: also enums, ranges and what extensions add.
    ///
    /// @param oid of the type, unsigned: 25 is `text`, 1700 `numeric`
    record Scalar(int oid) implements ColumnType {}

    /// `{1,2}`, of any number of dimensions.
    ///
    /// @param delimiter between elements: a comma, but for `box[]`
    record Array(ColumnType element, char delimiter) implements ColumnType {}

    /// `(1,x)`, a row.
    ///
    /// @param fields in their order
    record Composite(Map<String, ColumnType> fields) implements ColumnType {
        public Composite {
            fields = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        }
    }
}

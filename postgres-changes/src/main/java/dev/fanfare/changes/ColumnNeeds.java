// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.util.HashSet;
import java.util.Set;

/// The columns of a table on which a listener relies.
///
/// @param present each row must have them. Without one the stream does not start, and it stops when
///   a change of the table takes one away
/// @param decisive their values, before a change and after it, decide what becomes of the change. A
///   table whose replica identity does not send them is warned of
public record ColumnNeeds(Set<String> present, Set<String> decisive) {
    public static final ColumnNeeds NONE = new ColumnNeeds(Set.of(), Set.of());

    public ColumnNeeds {
        present = Set.copyOf(present);
        decisive = Set.copyOf(decisive);
    }

    /// What two listeners need together.
    public ColumnNeeds and(ColumnNeeds other) {
        return new ColumnNeeds(union(present, other.present), union(decisive, other.decisive));
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        Set<String> all = new HashSet<>(one);
        all.addAll(other);
        return all;
    }
}

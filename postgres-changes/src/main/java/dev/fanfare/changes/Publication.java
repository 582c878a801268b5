// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The publication that is followed, as the catalogue has it at one time.
///
/// @param oid another one under the same name has another; 0 when there is none
/// @param isForAllTables whether it takes in every table by itself
/// @param operations which of insert, update, delete and truncate it sends
/// @param tables those that are wanted and exist
record Publication(
        long oid, boolean isForAllTables, String operations, Map<Table, PublishedTable> tables) {
    static final Publication NONE = new Publication(0, false, "", Map.of());

    Publication {
        tables = Map.copyOf(tables);
    }

    /// What may be missing between an earlier look and this one; null when nothing can be.
    @Nullable Gap gapSince(Publication earlier) {
        if (earlier.oid != oid) {
            return new Gap(Gap.Reason.GONE, "the publication was dropped");
        }
        String loss = lossSince(earlier);
        return loss == null ? null : Gap.of(loss);
    }

    private @Nullable String lossSince(Publication earlier) {
        if (!earlier.operations.equals(operations)) {
            return "the publication sends " + operations + " instead of " + earlier.operations;
        }
        for (Map.Entry<Table, PublishedTable> each : earlier.tables.entrySet()) {
            PublishedTable now = tables.get(each.getKey());
            String loss =
                    now == null
                            ? "does not exist any more, or is not published"
                            : now.lossSince(each.getValue());
            if (loss != null) {
                return each.getKey() + " " + loss;
            }
        }
        return null;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.util.List;

/// Changes of one transaction (or rows of one snapshot), in order. A large transaction comes in
/// several batches, none longer than [Settings#batch()].
///
/// @param changes empty only in the last batch, when there was nothing left for it
public record Batch(List<Change> changes, Part part) {
    public enum Part {
        /// More of the same transaction follows.
        MORE,
        /// The transaction ends here.
        LAST
    }

    public Batch {
        changes = List.copyOf(changes);
    }
}

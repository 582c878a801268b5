// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import dev.fanfare.changes.Change;
import dev.fanfare.changes.ColumnNeeds;
import dev.fanfare.changes.Table;
import java.util.Optional;

/// What the changes of one table become. Called on the stream's thread: quick, without blocking.
public interface Mapping {
    /// For logs, and a part of the idempotency keys.
    String name();

    Table table();

    /// Whether publications of this mapping may go to that channel.
    boolean owns(String channel);

    /// The columns on which it relies.
    ColumnNeeds needs();

    /// @param change anything but a TRUNCATE
    Mapped map(Change change);

    /// All rows went at once.
    ///
    /// @param change a TRUNCATE
    /// @param channel one that this mapping owns, and that has subscribers here
    Optional<Outgoing> emptied(Change change, String channel);
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import java.util.Optional;

/// Where a row belongs, by the channel and the condition of a mapping.
sealed interface Place {
    record In(String channel) implements Place {}

    /// The condition does not hold, or a column of the channel's name is `NULL`.
    record Nowhere() implements Place {}

    /// Its values make no name of a channel.
    record Unplaced(String reason) implements Place {}

    /// What decides is not in the row: a long value that was left alone, or a row before of which
    /// there is only the key.
    ///
    /// @param channel the only one that can be meant; empty when that is not known either
    record Undecided(Optional<String> channel, String reason) implements Place {}

    /// The channel that it is known to be in.
    default Optional<String> channelIfKnown() {
        return this instanceof In(String channel) ? Optional.of(channel) : Optional.empty();
    }
}

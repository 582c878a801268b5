// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import java.util.List;
import java.util.Optional;

/// What a mapping makes of a change.
///
/// @param lost why something of it cannot be published
public record Mapped(List<Outgoing> publications, Optional<Lost> lost) {
    public Mapped {
        publications = List.copyOf(publications);
    }

    public static Mapped to(List<Outgoing> publications) {
        return new Mapped(publications, Optional.empty());
    }

    public sealed interface Lost {
        /// For a person.
        String reason();
    }

    /// Postgres did not send what decides where the row belongs: a long value that the update left
    /// alone.
    ///
    /// @param channel where it would belong; empty for any channel of the mapping
    public record Undecided(Optional<String> channel, String reason) implements Lost {}

    /// The row belongs to no channel that anyone can subscribe to, or nobody knows to which it
    /// belonged.
    public record Unplaced(String reason) implements Lost {}
}

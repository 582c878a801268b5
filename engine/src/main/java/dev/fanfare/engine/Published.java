// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.engine;

/// The acknowledgement of a publication: it is stored as well as this engine stores.
public record Published(Position position, Novelty novelty) {
    public enum Novelty {
        NEW,
        /// The idempotency key was known: this is the position of the first publication.
        REPEATED,
        /// The idempotency key was known for another publication, whose position this is: nothing
        /// was published.
        CONFLICT
    }
}

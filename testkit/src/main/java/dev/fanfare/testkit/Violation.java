// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

/// One broken promise that a [DeliveryChecker] saw.
///
/// @param subscriber the name of the view it was seen in
/// @param detail what was expected and what came, with the numbers
public record Violation(Kind kind, String subscriber, String channel, String detail) {
    public enum Kind {
        /// Acknowledged, owed to this subscriber, and neither delivered nor flagged.
        LOST,
        DUPLICATED,
        REORDERED,
        /// Delivered and never published.
        PHANTOM,
        /// Delivered with another payload or tag than it was stored with.
        DIFFERS,
        /// `recovered: true`, and what followed was not exactly the tail.
        TAIL_NOT_EXACT,
        /// `prev` is not the offset before it in this view.
        WRONG_PREV,
        /// Offsets are missing, and nothing said so.
        SILENT_GAP,
        /// A gap was told that is not exactly what is missing.
        WRONG_GAP,
        /// Delivered while there was no live subscription.
        UNINVITED
    }

    @Override
    public String toString() {
        return kind + " [" + subscriber + " in " + channel + "]: " + detail;
    }
}

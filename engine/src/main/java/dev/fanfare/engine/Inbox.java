// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.engine;

import java.time.Duration;
import java.util.List;

/// What waits for a user.
///
/// @param messages in the order in which they were put
/// @param lost how many more there were, which were dropped over the bounds
public record Inbox(List<Message> messages, long lost) {
    public static final Inbox EMPTY = new Inbox(List.of(), 0);

    public Inbox {
        messages = List.copyOf(messages);
    }

    /// @param time when it was sent, milliseconds since 1970
    public record Message(long time, Content content) {}

    /// How much waits for one user. Over it the oldest is dropped, and counted; the newest message
    /// is kept whatever its size.
    ///
    /// @param messages the most of them; 0 keeps none
    /// @param bytes the most of their data
    /// @param age how long each waits at most
    public record Bounds(int messages, int bytes, Duration age) {
        public static final Bounds DEFAULT = new Bounds(100, 512 << 10, Duration.ofHours(24));

        public Bounds {
            if (messages < 0 || bytes < 0 || age.isNegative()) {
                throw new IllegalArgumentException(
                        "inbox: messages=" + messages + ", bytes=" + bytes + ", age=" + age);
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.engine;

import java.time.Duration;

/// How much of a channel is kept.
///
/// @param size the most entries; 0 keeps none, and the channel still numbers what passes
/// @param age how long an entry is kept at most
public record Retention(int size, Duration age) {
    public static final Retention NONE = new Retention(0, Duration.ZERO);

    public Retention {
        if (size < 0 || age.isNegative()) {
            throw new IllegalArgumentException("retention: size=" + size + ", age=" + age);
        }
    }
}

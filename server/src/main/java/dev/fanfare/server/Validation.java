// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.InvalidMessage;

/// Looks at a message before its handler sees it. A record's compact constructor can do the same by
/// throwing [IllegalArgumentException].
@FunctionalInterface
public interface Validation<T> {
    void check(T message) throws InvalidMessage;

    static <T> Validation<T> none() {
        return _ -> {};
    }
}

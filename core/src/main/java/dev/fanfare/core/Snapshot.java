// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.Position;
import org.jspecify.annotations.Nullable;

/// Reads the state that a subscription begins with. Runs on a virtual thread, after the
/// subscription has begun to hold back what is published: nothing falls between the two.
@FunctionalInterface
public interface Snapshot {
    /// What the session is sent before the first publication, or null for nothing.
    @Nullable Content read() throws Exception;

    /// Up to where the state that was read holds what is published: publications up to this one,
    /// and with it, are not sent after the state. Asked once, after [#read]; null when it is not
    /// known, and everything that was held back follows.
    default @Nullable Position reaches() {
        return null;
    }
}

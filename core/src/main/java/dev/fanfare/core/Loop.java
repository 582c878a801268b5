// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

/// The one thread that owns a set of sessions.
public interface Loop {
    /// Runs `task` on the loop, after what it does now.
    void execute(Runnable task);

    boolean inLoop();
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

/// Tells whether something that was configured is up. Runs on a virtual thread at each `/ready`,
/// and may block for up to 5 s; throwing, or taking longer, means no.
@FunctionalInterface
public interface ReadyCheck {
    boolean ready() throws Exception;
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// What a stream is doing.
public enum State {
    /// Connecting for the first time, or again.
    CONNECTING,
    /// Another process holds the slot; it is waited for.
    WAITING,
    SNAPSHOT,
    STREAMING,
    CLOSED
}

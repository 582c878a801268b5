// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// What a stream is doing.
public enum State {
    /// Connecting for the first time or again, and reading a snapshot when the slot is new.
    CONNECTING,
    /// Another process holds the slot; it is waited for.
    WAITING,
    STREAMING,
    CLOSED
}

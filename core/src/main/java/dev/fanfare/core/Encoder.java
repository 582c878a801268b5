// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import org.jspecify.annotations.Nullable;

/// Turns replies and pushes into the complete frames of one dialect, ready for the wire.
///
/// A publication is encoded once and the bytes go to every session that has this same encoder (by
/// identity; see [Transport#encoder]), so nothing in them may depend on the session. Called from
/// any thread, sometimes under a channel's lock: quick, without blocking, without calling the hub.
public interface Encoder {
    /// The frame, or null where this dialect has none for it.
    byte @Nullable [] push(Push push);

    /// The frame, or null where this dialect has none for it.
    byte @Nullable [] reply(long id, Reply reply);
}

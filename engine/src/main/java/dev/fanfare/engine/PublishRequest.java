// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.engine;

import org.jspecify.annotations.Nullable;

/// @param idempotencyKey publishing again with the same key in the same channel returns the first
///   position; null publishes always
public record PublishRequest(
        String channel, Content content, Retention retention, @Nullable String idempotencyKey) {}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.engine;

import org.jspecify.annotations.Nullable;

/// @param idempotencyKey publishing again with the same key in the same channel publishes nothing
///   and answers the first position: as [Published.Novelty#REPEATED] when the [Content#fingerprint]
///   is the same, as [Published.Novelty#CONFLICT] when it is not; null publishes always
public record PublishRequest(
        String channel, Content content, Retention retention, @Nullable String idempotencyKey) {}

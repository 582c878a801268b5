// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import org.jspecify.annotations.Nullable;

/// One publication as a client sees it, without its channel.
///
/// @param time when it was published, milliseconds since 1970
/// @param event the name its publisher gave it, or null
/// @param publisher the id of the user who published, or null when it was the backend
public record Entry(
        long offset,
        String tag,
        long time,
        @Nullable String event,
        @Nullable String publisher,
        RawJson data) {}

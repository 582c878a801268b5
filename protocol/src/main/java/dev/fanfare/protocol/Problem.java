// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import org.jspecify.annotations.Nullable;

/// Why something was not done.
///
/// @param code one of the error codes in `SPEC.md`; a client must expect others
/// @param message a sentence for people
/// @param field the offending field, or null
/// @param limit the name of the limit that was met, or null
/// @param retryAfter milliseconds until it may work, or -1 when trying again changes nothing
public record Problem(
        String code,
        String message,
        @Nullable String field,
        @Nullable String limit,
        long retryAfter) {}

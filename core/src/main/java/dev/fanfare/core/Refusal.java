// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import org.jspecify.annotations.Nullable;

/// Why something was not done: a value that is answered, not an exception. It never repeats what
/// the client sent beyond the name of a field.
///
/// @param message one sentence with the numbers in it, and what to do next
/// @param field the offending field, or null
/// @param limit the name of the limit that was met, or null
/// @param retryAfter milliseconds until it may work, or -1 when trying again changes nothing
/// @param data the application's own, written as JSON by dialects whose errors have a place for it
///   (Socket.IO's `connect_error`); null for none
public record Refusal(
        Code code,
        String message,
        @Nullable String field,
        @Nullable String limit,
        long retryAfter,
        @Nullable Object data) {

    /// Without data of the application's.
    public Refusal(
            Code code,
            String message,
            @Nullable String field,
            @Nullable String limit,
            long retryAfter) {
        this(code, message, field, limit, retryAfter, null);
    }

    public enum Code {
        BAD_REQUEST,
        MESSAGE_TOO_LARGE,
        UNKNOWN_COMMAND,
        UNKNOWN_HANDLER,
        UNKNOWN_CHANNEL,
        UNSUPPORTED_VERSION,
        NOT_CONNECTED,
        ALREADY_CONNECTED,
        INVALID_TOKEN,
        TOKEN_EXPIRED,
        PERMISSION_DENIED,
        ALREADY_SUBSCRIBED,
        NOT_SUBSCRIBED,
        NOT_ENABLED,
        TOO_MANY_REQUESTS,
        LIMIT_EXCEEDED,
        CONFLICT,
        UNAVAILABLE,
        INTERNAL;

        /// As it is on the wire: lower snake case.
        public String wire() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /// An idempotency key that belongs to another publication.
    public static Refusal conflict() {
        return field(
                Code.CONFLICT,
                "key",
                "The key has been used for another publication in this channel. Nothing was published.");
    }

    /// The same, with data of the application's.
    public Refusal data(Object other) {
        return new Refusal(code, message, field, limit, retryAfter, other);
    }

    public static Refusal of(Code code, String message) {
        return new Refusal(code, message, null, null, -1);
    }

    public static Refusal field(Code code, String field, String message) {
        return new Refusal(code, message, field, null, -1);
    }

    public static Refusal limit(Code code, String limit, long retryAfter, String message) {
        return new Refusal(code, message, null, limit, retryAfter);
    }
}

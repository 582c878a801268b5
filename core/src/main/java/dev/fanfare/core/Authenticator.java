// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import org.jspecify.annotations.Nullable;

/// Decides who a client is. Runs on a virtual thread and may block.
public interface Authenticator {
    /// @throws RuntimeException when it cannot be decided now: the client is told to come back
    Outcome authenticate(Credentials credentials);

    /// What was decided.
    sealed interface Outcome {
        /// @param principal who it is, or null for an anonymous client
        record Accepted(@Nullable Principal principal) implements Outcome {}

        /// @param refusal what a command is answered
        /// @param close how a session that depends on it ends
        /// @param reason for the log only, never for the client
        record Rejected(Refusal refusal, Close close, String reason) implements Outcome {}
    }

    static Outcome accept(Principal principal) {
        return new Outcome.Accepted(principal);
    }

    /// A client who may be anybody.
    static Outcome anonymous() {
        return new Outcome.Accepted(null);
    }

    /// A client that the application does not let in, for a reason that it may know. It does not
    /// come back by itself.
    ///
    /// @param message for the client
    static Outcome reject(String message) {
        return reject(Refusal.of(Refusal.Code.PERMISSION_DENIED, message));
    }

    /// The same, with data for dialects that carry it: Socket.IO's `connect_error.data`.
    static Outcome reject(String message, Object data) {
        return reject(Refusal.of(Refusal.Code.PERMISSION_DENIED, message).data(data));
    }

    private static Outcome reject(Refusal refusal) {
        return new Outcome.Rejected(refusal, Close.of(1008, "not admitted"), refusal.message());
    }

    /// One answer for every invalid token, whatever is wrong with it.
    static Outcome invalid(String reason) {
        return new Outcome.Rejected(
                Refusal.field(Refusal.Code.INVALID_TOKEN, "token", "The token is not valid."),
                Close.INVALID_TOKEN,
                reason);
    }

    /// Whether the token is valid could not be found out: its bearer may come back with it.
    ///
    /// @param retryAfter milliseconds until it may be known
    static Outcome undecided(long retryAfter, String reason) {
        return new Outcome.Rejected(
                new Refusal(
                        Refusal.Code.UNAVAILABLE,
                        "Whether the token is valid cannot be decided now. Try again.",
                        "token",
                        null,
                        retryAfter),
                new Close(Close.TRY_LATER.code(), "token not decided", retryAfter),
                reason);
    }

    /// The token will be valid: its bearer may come back with it.
    ///
    /// @param retryAfter milliseconds until then
    static Outcome notYet(long retryAfter, String reason) {
        return new Outcome.Rejected(
                new Refusal(
                        Refusal.Code.INVALID_TOKEN,
                        "The token is not valid yet.",
                        "token",
                        null,
                        retryAfter),
                new Close(Close.TRY_LATER.code(), "token not valid yet", retryAfter),
                reason);
    }

    static Outcome expired(String reason) {
        return new Outcome.Rejected(
                Refusal.field(
                        Refusal.Code.TOKEN_EXPIRED,
                        "token",
                        "The token has expired. Connect with a new one."),
                Close.TOKEN_EXPIRED,
                reason);
    }
}

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

    /// One answer for every invalid token, whatever is wrong with it.
    static Outcome invalid(String reason) {
        return new Outcome.Rejected(
                Refusal.field(Refusal.Code.INVALID_TOKEN, "token", "The token is not valid."),
                Close.INVALID_TOKEN,
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

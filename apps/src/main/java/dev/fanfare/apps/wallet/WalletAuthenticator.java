// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Close;
import dev.fanfare.core.Credentials;
import dev.fanfare.core.Refusal;

/// Lets in whoever has a token in the query parameter `token`.
///
/// @param tokens what verifies them
record WalletAuthenticator(Authenticator tokens) implements Authenticator {
    private static final Outcome MISSING =
            new Outcome.Rejected(
                    Refusal.field(Refusal.Code.INVALID_TOKEN, "token", "No token provided."),
                    Close.of(Close.INVALID_TOKEN.code(), "No token provided"),
                    "No token provided");

    @Override
    public Outcome authenticate(Credentials credentials) {
        String token = credentials.query().getOrDefault("token", "");
        if (token.isEmpty()) {
            return MISSING;
        }
        return switch (tokens.authenticate(credentials.token(token))) {
            case Outcome.Accepted accepted -> accepted;
            case Outcome.Rejected(Refusal refusal, Close close, String reason) ->
                    new Outcome.Rejected(
                            refusal,
                            close,
                            refusal.code() == Refusal.Code.TOKEN_EXPIRED
                                    ? "Token expired"
                                    : "Invalid token (" + reason + ")");
        };
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import org.jspecify.annotations.Nullable;

/// What a token must be: signed by one of these keys, whatever its header says.
///
/// @param issuer what `iss` must be, or null when it does not matter
/// @param audience what `aud` must have, or null when it does not matter
/// @param expiry whether a token without `exp` is taken
/// @param userClaim the claim that has the user's id
public record JwtPolicy(
        JwtKeys keys,
        @Nullable String issuer,
        @Nullable String audience,
        Expiry expiry,
        String userClaim) {
    public enum Expiry {
        REQUIRED,
        OPTIONAL
    }

    /// Tokens are signed with this secret (HS256).
    ///
    /// @throws IllegalArgumentException when it has less than 32 bytes
    public static JwtPolicy of(String secret) {
        return of(JwtKeys.secret(secret));
    }

    public static JwtPolicy of(JwtKeys keys) {
        return new JwtPolicy(keys, null, null, Expiry.REQUIRED, "sub");
    }

    public JwtPolicy issuer(@Nullable String other) {
        return new JwtPolicy(keys, other, audience, expiry, userClaim);
    }

    public JwtPolicy audience(@Nullable String other) {
        return new JwtPolicy(keys, issuer, other, expiry, userClaim);
    }

    public JwtPolicy expiry(Expiry other) {
        return new JwtPolicy(keys, issuer, audience, other, userClaim);
    }

    public JwtPolicy userClaim(String name) {
        return new JwtPolicy(keys, issuer, audience, expiry, name);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What a token must be: signed by HS256 with this secret, whatever its header says.
///
/// @param secret at least 32 bytes of UTF-8
/// @param issuer what `iss` must be, or null when it does not matter
/// @param audience what `aud` must have, or null when it does not matter
/// @param expiry whether a token without `exp` is taken
public record JwtPolicy(
        String secret, @Nullable String issuer, @Nullable String audience, Expiry expiry) {
    private static final int MIN_SECRET = 32;

    public enum Expiry {
        REQUIRED,
        OPTIONAL
    }

    public JwtPolicy {
        int length = secret.getBytes(StandardCharsets.UTF_8).length;
        if (length < MIN_SECRET) {
            throw new IllegalArgumentException(
                    "jwt secret: has " + length + " bytes, needs at least " + MIN_SECRET);
        }
    }

    public static JwtPolicy of(String secret) {
        return new JwtPolicy(secret, null, null, Expiry.REQUIRED);
    }

    public JwtPolicy issuer(@Nullable String other) {
        return new JwtPolicy(secret, other, audience, expiry);
    }

    public JwtPolicy audience(@Nullable String other) {
        return new JwtPolicy(secret, issuer, other, expiry);
    }

    public JwtPolicy expiry(Expiry other) {
        return new JwtPolicy(secret, issuer, audience, other);
    }

    byte[] key() {
        return secret.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "JwtPolicy[issuer=" + issuer + ", audience=" + audience + ", expiry=" + expiry + "]";
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import dev.fanfare.engine.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// Issues the tokens that [JwtAuthenticator] takes under the same policy: for command lines, demos
/// and tests, and for a backend that has nothing else to issue them with.
public final class Tokens {
    private final JwtPolicy policy;
    private final JwtKeys.Secret secret;
    private final Clock clock;

    /// @throws IllegalArgumentException when the policy has public keys: they cannot sign
    public Tokens(JwtPolicy policy, Clock clock) {
        if (!(policy.keys() instanceof JwtKeys.Secret known)) {
            throw new IllegalArgumentException("public keys cannot sign tokens: a secret can");
        }
        this.policy = policy;
        this.secret = known;
        this.clock = clock;
    }

    /// @param claims more claims; they win over the ones this sets
    public String issue(String user, Duration validFor, Map<String, ?> claims) {
        long now = clock.millis() / 1_000;
        Map<String, Object> all = new LinkedHashMap<>();
        all.put(policy.userClaim(), user);
        all.put("iat", now);
        all.put("exp", now + validFor.toSeconds());
        if (policy.issuer() != null) {
            all.put("iss", policy.issuer());
        }
        if (policy.audience() != null) {
            all.put("aud", policy.audience());
        }
        all.putAll(claims);
        JWSHeader header =
                new JWSHeader.Builder(JWSAlgorithm.HS256).type(JOSEObjectType.JWT).build();
        JWSObject token = new JWSObject(header, new Payload(Json.write(all)));
        try {
            token.sign(new MACSigner(secret.bytes()));
        } catch (JOSEException e) {
            throw new IllegalStateException("HS256 is not available", e);
        }
        return token.serialize();
    }
}

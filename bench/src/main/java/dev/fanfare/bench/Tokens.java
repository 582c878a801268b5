// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs a JWT (HS256) for each user, valid for an hour.
final class Tokens {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final String HEADER = encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");

    private final Mac mac;
    private final String more;
    private final Instant now = Instant.now();

    /// @param claims more members of the claims' object: `"a":1,"b":2`; may be empty
    Tokens(String secret, String claims) throws GeneralSecurityException {
        more = claims.isEmpty() ? "" : "," + claims;
        mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    }

    String of(String user) {
        long expires = now.plus(Duration.ofHours(1)).getEpochSecond();
        String claims =
                "{\"sub\":\""
                        + user
                        + "\",\"iat\":"
                        + now.getEpochSecond()
                        + ",\"exp\":"
                        + expires
                        + more
                        + "}";
        String signed = HEADER + "." + encode(claims);
        byte[] signature = mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + BASE64.encodeToString(signature);
    }

    private static String encode(String json) {
        return BASE64.encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}

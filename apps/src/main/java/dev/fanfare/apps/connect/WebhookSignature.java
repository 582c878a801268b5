// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.connect;

import dev.fanfare.apps.Secrets;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs and verifies webhooks: `t=<unix seconds>,v1=<hex of HMAC-SHA256 over "<t>.<raw body>">`.
/// The time is signed too, so that a webhook that was overheard cannot be used for long.
final class WebhookSignature {
    static final String HEADER = "X-Webhook-Signature";
    private static final Duration TOLERANCE = Duration.ofMinutes(5);
    private static final Pattern SHAPE =
            Pattern.compile("t=([0-9]{1,12}),\\s*v1=([0-9a-fA-F]{64})");
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    WebhookSignature(String secret) {
        this.key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
    }

    /// Whether the header's signature is ours over this body, and made within five minutes of now.
    ///
    /// @param now milliseconds since 1970
    boolean verifies(String header, byte[] body, long now) {
        Matcher parts = SHAPE.matcher(header.strip());
        if (!parts.matches()) {
            return false;
        }
        String time = parts.group(1);
        boolean authentic =
                Secrets.same(hmac(time, body), parts.group(2).toLowerCase(java.util.Locale.ROOT));
        boolean recent = Math.abs(now - Long.parseLong(time) * 1_000) <= TOLERANCE.toMillis();
        return authentic && recent;
    }

    /// @param now milliseconds since 1970
    String sign(byte[] body, long now) {
        String time = String.valueOf(now / 1_000);
        return "t=" + time + ",v1=" + hmac(time, body);
    }

    private String hmac(String time, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update((time + ".").getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}

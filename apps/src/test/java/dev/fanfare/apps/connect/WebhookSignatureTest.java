// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WebhookSignatureTest {
    private static final byte[] BODY = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
    private static final long NOW = 1_800_000_000_000L;

    /// Made by OpenSSL.
    private static final String KNOWN =
            "t=1800000000,v1=440dfbb83aabca24d9e5027629cfd81cb45254690f8d410bb28f1cc17c990dbc";

    private final WebhookSignature signature = new WebhookSignature("secret");

    @Test
    void agreesWithAnotherImplementation() {
        assertThat(signature.sign(BODY, NOW)).isEqualTo(KNOWN);
        assertThat(signature.verifies(KNOWN, BODY, NOW)).isTrue();
    }

    @Test
    void holdsForFiveMinutesBothWays() {
        assertThat(signature.verifies(KNOWN, BODY, NOW + 300_000)).isTrue();
        assertThat(signature.verifies(KNOWN, BODY, NOW + 300_001)).isFalse();
        assertThat(signature.verifies(KNOWN, BODY, NOW - 300_001)).isFalse();
    }

    @Test
    void bindsTheTimeAndEveryByteOfTheBody() {
        String later = KNOWN.replace("t=1800000000", "t=1800000001");
        assertThat(signature.verifies(later, BODY, NOW)).isFalse();
        byte[] other = BODY.clone();
        other[1] ^= 1;
        assertThat(signature.verifies(KNOWN, other, NOW)).isFalse();
        assertThat(new WebhookSignature("secreT").verifies(KNOWN, BODY, NOW)).isFalse();
    }
}

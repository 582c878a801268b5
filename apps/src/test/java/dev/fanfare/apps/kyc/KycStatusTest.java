// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KycStatusTest {
    private static final Instant OTHERWISE = Instant.parse("2026-01-02T03:04:05Z");

    private static String told(
            @Nullable String status, @Nullable String level, @Nullable String at) {
        return new String(
                new KycStatus("alice", status, level, at).content(OTHERWISE).data(),
                StandardCharsets.UTF_8);
    }

    private static String timestamp(@Nullable String at) {
        return told("pending", "basic", at).replaceAll(".*\"timestamp\":\"(.*)\"}", "$1");
    }

    @Test
    void s0_06_aStatusHasTheDocumentedShape() {
        assertThat(told("verified", "advanced", "2026-11-21 07:00:00+00"))
                .isEqualTo(
                        "{\"user_id\":\"alice\",\"status\":\"verified\","
                                + "\"verification_level\":\"advanced\",\"timestamp\":\"2026-11-21T07:00:00Z\"}");
    }

    @Test
    void s0_07_nothingIsShownThatIsNotListed() {
        assertThat(told("unicorn", "basic", null)).startsWith("\"The status of user alice");
        assertThat(told(null, "basic", null)).startsWith("\"The status of user alice");
        assertThat(told("Verified", "basic", null)).startsWith("\"The status of user alice");
        assertThat(told("verified", "golden", null))
                .startsWith("\"The verification level of user alice")
                .doesNotContain("golden");
        assertThat(told("verified", null, null)).contains("level");
    }

    @Test
    void s0_16_aTimestampIsIso8601InUtc() {
        assertThat(timestamp("2026-11-21 07:00:00.123456+00"))
                .isEqualTo("2026-11-21T07:00:00.123456Z");
        assertThat(timestamp("2026-11-21 07:00:00.5+05:30")).isEqualTo("2026-11-21T01:30:00.500Z");
        assertThat(timestamp("2026-11-21 07:00:00-08")).isEqualTo("2026-11-21T15:00:00Z");
        assertThat(timestamp(null)).isEqualTo(OTHERWISE.toString());
        assertThat(timestamp("infinity")).isEqualTo(OTHERWISE.toString());
        assertThat(timestamp("0044-03-15 00:00:00+00 BC")).isEqualTo(OTHERWISE.toString());
    }
}

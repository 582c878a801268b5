// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AccessTest {
    @ParameterizedTest(name = "{0} for {1}: {2}")
    @MethodSource("claims")
    void aClaimOfAnyTypeAllowsWhatItsTextIs(
            @Nullable Object claim, String wanted, boolean allowed) {
        Principal ada = new Principal("ada", 0, claim == null ? Map.of() : Map.of("shops", claim));

        assertThat(Access.claim("shops", "shop").allows(ada, Map.of("shop", wanted)))
                .isEqualTo(allowed);
        assertThat(Access.role("shops", wanted).allows(ada, Map.of())).isEqualTo(allowed);
    }

    static Stream<Arguments> claims() {
        return Stream.of(
                Arguments.of("7", "7", true),
                Arguments.of("7 8", "7", false),
                Arguments.of("", "7", false),
                Arguments.of(7, "7", true),
                Arguments.of(-7L, "-7", true),
                Arguments.of(7, "07", false),
                Arguments.of(new BigInteger("99999999999999999999"), "99999999999999999999", true),
                Arguments.of(7.0, "7.0", false),
                Arguments.of(7.0, "7", false),
                Arguments.of(true, "true", true),
                Arguments.of(true, "1", false),
                Arguments.of(List.of("6", "7"), "7", true),
                Arguments.of(List.of(6, 7), "7", true),
                Arguments.of(Arrays.asList(null, 7), "7", true),
                Arguments.of(Arrays.asList((Object) null), "null", false),
                Arguments.of(List.of(List.of("7")), "7", false),
                Arguments.of(List.of(), "7", false),
                Arguments.of(Map.of("7", true), "7", false),
                Arguments.of(null, "null", false));
    }
}

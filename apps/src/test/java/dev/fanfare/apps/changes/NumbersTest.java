// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class NumbersTest {
    @ParameterizedTest
    @CsvSource({
        "0, true",
        "-9007199254740991, true",
        "9007199254740992, false",
        "9007199254740993, false",
        "1000000000000000, true",
        "0.1000000000000000, true",
        "0.1000000000000001, true",
        "0.10000000000000011, false",
        "100000000000000000000, false"
    })
    void safeNumbersAreThoseThatJavaScriptReadsExactly(String text, boolean isNumber) {
        assertThat(Numbers.SAFE.asNumber(text)).isEqualTo(isNumber);
    }

    @ParameterizedTest
    @EnumSource(names = {"TEXT", "NUMBER"})
    void aMappingMayChooseForAll(Numbers numbers) {
        assertThat(numbers.asNumber("1")).isEqualTo(numbers == Numbers.NUMBER);
        assertThat(numbers.asNumber("9007199254740993")).isEqualTo(numbers == Numbers.NUMBER);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Utf8Test {
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a surrogate of three bytes,      eda0bd",
        "a pair of surrogates,            eda0bdedb880",
        "an overlong NUL,                 c080",
        "an overlong slash,               e080af",
        "beyond the last code point,      f4908080",
        "a continuation alone,            80",
        "a character that is cut short,   f09f98",
        "the byte order mark of UTF-16,   fffe",
        "Latin-1,                         e9"
    })
    void refusesWhatIsNotUtf8(String name, String hex) {
        assertThat(Utf8.valid(HexFormat.of().parseHex(hex))).as(name).isFalse();
        assertThat(Utf8.valid(HexFormat.of().parseHex("2261" + hex + "22"))).as(name).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"a", "\u00e9", "\u20ac", "\ud83d\ude00", "\udbff\udfff", "\ufffd"})
    void acceptsCharactersOfOneToFourBytes(String text) {
        assertThat(Utf8.valid(text.getBytes(UTF_8))).isTrue();
    }

    @Test
    void agreesWithTheJdkOnAnyBytes() {
        Random random = new Random(7);
        for (int round = 0; round < 200_000; round++) {
            byte[] bytes = new byte[random.nextInt(12)];
            random.nextBytes(bytes);
            for (int i = 0; i < bytes.length; i++) {
                if (random.nextInt(3) > 0) {
                    bytes[i] = (byte) (0x80 | (bytes[i] & 0x3f));
                }
            }
            boolean valid = Arrays.equals(new String(bytes, UTF_8).getBytes(UTF_8), bytes);
            assertThat(Utf8.valid(bytes)).as(HexFormat.of().formatHex(bytes)).isEqualTo(valid);
        }
    }
}

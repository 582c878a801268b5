// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":\"\u00e9\u20ac\ud83d\ude00\"}",
                "\"\\ud83d\\ude00\"",
                "\"\\uD83D\\uDE00\\uD83D\\uDE00\"",
                "\"\\\\ud83d\"",
                "\"\\\"\\u0000\"",
                "\"\\ufffd\"",
                "\"\\ud7ff\\ue000\"",
                "\"\\",
                "\"\\u12",
                ""
            })
    void acceptsUtf8WithWholePairs(String text) {
        assertThat(JsonText.problem(text.getBytes(UTF_8))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\\ud83d\"",
                "\"\\ude00\"",
                "\"\\ude00\\ud83d\"",
                "\"\\ud83d\\ud83d\\ude00\"",
                "\"\\ud83d \\ude00\"",
                "\"\\\\\\ud83d\"",
                "{\"\\uDBFF\":1}",
                "\"\\ud83d\\u12"
            })
    void refusesHalfASurrogatePair(String text) {
        assertThat(JsonText.problem(text.getBytes(UTF_8))).contains("half a surrogate pair");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '^',
            value = {
                "\"\\ud83d\", \"\\ufffd\"",
                "\"\\ude00\\ud83d\\\\ud83d\", \"\\ufffd\\ufffd\\\\ud83d\"",
                "\"\\ud83d\\ud83d\\ude00\", \"\\ufffd\\ud83d\\ude00\"",
                "\"\\ud83d\\n\", \"\\ufffd\\n\"",
                "\"\\ud83d\\ude00\", \"\\ud83d\\ude00\""
            })
    void replacesHalfPairsAndNothingElse(String json, String replaced) {
        assertThat(JsonText.replaceHalfPairs(json.getBytes(UTF_8))).asString().isEqualTo(replaced);
    }

    static Stream<Charset> others() {
        return Stream.of(
                UTF_16LE, UTF_16BE, Charset.forName("UTF-32LE"), Charset.forName("UTF-32BE"));
    }

    @ParameterizedTest
    @MethodSource("others")
    void refusesOtherEncodingsOfUnicode(Charset charset) {
        assertThat(JsonText.problem("{\"a\":1}".getBytes(charset))).contains("has a NUL");
        assertThat(JsonText.problem("\ufeff{\"a\":1}".getBytes(charset))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00e9", "\u00c0\u0080", "\u00ed\u00a0\u0080", "\u00ff\u00fe1"})
    void refusesWhatIsNotUtf8(String bytes) {
        assertThat(JsonText.problem(bytes.getBytes(ISO_8859_1)))
                .isEqualTo("is not UTF-8 (RFC 8259, 8.1)");
    }
}

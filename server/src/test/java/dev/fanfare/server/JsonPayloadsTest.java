// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.ObjectMapper;

/// What counts as encrypted, by the specification's vectors.
class JsonPayloadsTest {
    private final JsonPayloads payloads = new JsonPayloads();

    private static Stream<Arguments> vectors(String list) {
        return new ObjectMapper()
                .readTree(Path.of("..", "protocol", "cases", "encryption.json").toFile())
                .get(list)
                .valueStream()
                .map(one ->
                        Arguments.of(
                                one.get("name").stringValue(),
                                one.get("data").toString().getBytes(UTF_8)));
    }

    private static Stream<Arguments> cases() {
        return vectors("cases");
    }

    private static Stream<Arguments> foreign() {
        return vectors("foreign");
    }

    @ParameterizedTest(name = "data that {0}")
    @MethodSource("cases")
    void theEnvelopeIsEncrypted(String name, byte[] data) {
        assertThat(payloads.encrypted(data)).isTrue();
    }

    @ParameterizedTest(name = "data that {0}")
    @MethodSource("foreign")
    void nothingElseIs(String name, byte[] data) {
        assertThat(payloads.encrypted(data)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                " 1 ",
                "\"\u00e9\\ud83d\\ude00\"",
                "{\"a\":1,\"a\":[2,{}]}",
                "{\"__proto__\":1}"
            })
    void anyJsonValueInUtf8IsAPayload(String json) {
        assertThatNoException().isThrownBy(() -> payloads.check(json.getBytes(UTF_8)));
    }

    @Test
    void aPayloadMayBeDeepAndHaveLongNumbers() {
        String deep = "[".repeat(2_000) + "1".repeat(2_000) + "]".repeat(2_000);

        assertThatNoException().isThrownBy(() -> payloads.check(deep.getBytes(UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "hi", "1 2", "{\"a\":1}}", "[1", "01", "'a'", "\"\t\"", "\ufeff1"})
    void whatIsNotOneJsonValueIsNoPayload(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> payloads.check(text.getBytes(UTF_8)))
                .withMessage("The payload is not one JSON value.");
    }

    @Test
    void whatIsNotUtf8IsNoPayload() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> payloads.check("\"\u00e9\"".getBytes(ISO_8859_1)))
                .withMessage("The payload is not UTF-8 (RFC 8259, 8.1).");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> payloads.check("\"a\"".getBytes(UTF_16LE)))
                .withMessageStartingWith("The payload has a NUL");
    }

    @ParameterizedTest
    @MethodSource("halfPairs")
    void halfASurrogatePairIsNotWritten(Object value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> payloads.write(value))
                .withMessage("The payload has half a surrogate pair in a string (RFC 8259, 8.2).");
    }

    private record Said(String text) {}

    private static Stream<Object> halfPairs() {
        return Stream.of(
                "\ud83d",
                new Said("hi \ude00"),
                Map.of("text", List.of("\ud83d")),
                Map.of("\ud83d", 1));
    }

    @Test
    void norIsWhatIsNoJson() {
        assertThat(payloads.encrypted(new byte[0])).isFalse();
        assertThat(payloads.encrypted("{\"enc\":\"A256GCM\"".getBytes(UTF_8))).isFalse();
    }

    @Test
    void norIsAnythingBehindTheEnvelopeOrTwiceInIt() {
        String envelope =
                "\"enc\":\"A256GCM\",\"kid\":\"k\",\"iv\":\"oKGio6Slpqeoqaqr\","
                        + "\"ct\":\"nToISD2_IIVADe7xegKQnekpjoSnUwzjL2bmuvo\"";
        assertThat(payloads.encrypted(("{" + envelope + "}").getBytes(UTF_8))).isTrue();
        assertThat(payloads.encrypted(("{" + envelope + "} \"hi\"").getBytes(UTF_8))).isFalse();
        assertThat(payloads.encrypted(("{\"ct\":\"hi\"," + envelope + "}").getBytes(UTF_8)))
                .isFalse();
    }
}

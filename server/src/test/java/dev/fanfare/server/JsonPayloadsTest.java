// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
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

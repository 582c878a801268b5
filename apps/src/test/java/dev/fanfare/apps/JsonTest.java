// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.core.InvalidMessage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class JsonTest {
    /// Bodies of requests, and of webhooks.
    static Stream<byte[]> bodies() {
        return Stream.of(
                "{\"a\":\"\u00ed\u00a0\u0080\"}".getBytes(ISO_8859_1),
                "{\"a\":\"\u00c0\u0080\"}".getBytes(ISO_8859_1),
                "{\"\u00e9\":1}".getBytes(ISO_8859_1),
                "{\"a\":1}".getBytes(UTF_16LE),
                "\ufeff{\"a\":1}".getBytes(UTF_16LE),
                "{\"a\":\"\\ud83d\"}".getBytes(UTF_8));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void refusesWhatIsNotJsonInUtf8(byte[] body) {
        assertThatThrownBy(() -> Json.read(body, JsonNode.class))
                .isInstanceOf(InvalidMessage.class)
                .hasMessageMatching("The message (is not UTF-8|has a NUL|has half a).*\\.");
    }

    @Test
    void readsCharactersOfEveryLength() throws InvalidMessage {
        byte[] body = "{\"a\":\"\u00e9\u20ac\ud83d\ude00\\ud83d\\ude00\"}".getBytes(UTF_8);

        assertThat(Json.read(body, JsonNode.class).path("a").asString())
                .isEqualTo("\u00e9\u20ac\ud83d\ude00\ud83d\ude00");
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The vector files of `cases/`.
final class Cases {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Cases() {}

    static JsonNode file(String name) {
        return JSON.readTree(Path.of("cases", name + ".json").toFile()).get("cases");
    }

    /// Name, text and canonical text of each.
    static Stream<Arguments> good(String name) {
        return file(name)
                .valueStream()
                .map(one ->
                        Arguments.of(
                                one.get("name").stringValue(),
                                one.get("text").stringValue(),
                                (one.has("canonical") ? one.get("canonical") : one.get("text"))
                                        .stringValue()));
    }

    /// The bytes of one.
    static byte[] bytes(JsonNode one) {
        if (one.has("hex")) {
            return HexFormat.of().parseHex(one.get("hex").stringValue());
        }
        if (one.has("text")) {
            return one.get("text").stringValue().getBytes(UTF_8);
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : one.get("parts")) {
            text.append(
                    part.isString()
                            ? part.stringValue()
                            : part.get("repeat")
                                    .stringValue()
                                    .repeat(part.get("times").intValue()));
        }
        return text.toString().getBytes(UTF_8);
    }
}

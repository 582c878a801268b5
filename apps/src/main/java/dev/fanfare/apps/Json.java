// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import dev.fanfare.core.InvalidMessage;
import dev.fanfare.protocol.JsonText;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.util.RawValue;

/// JSON as the apps read and write it: strict, bounded, and without a type in the data ever
/// choosing a class.
public final class Json {
    private static final int MOST_DEPTH = 32;
    private static final int MOST_DIGITS = 100;

    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MOST_DEPTH)
                                                    .maxNumberLength(MOST_DIGITS)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private Json() {}

    public static byte[] write(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /// @throws InvalidMessage when the bytes are not JSON of this shape
    public static <T> T read(byte[] json, Class<T> type) throws InvalidMessage {
        String problem = JsonText.problem(json);
        if (problem != null) {
            throw new InvalidMessage(null, "The message " + problem + ".");
        }
        try {
            T value = MAPPER.readValue(json, type);
            if (value == null) {
                throw new InvalidMessage(null, "The body must be a JSON object.");
            }
            return value;
        } catch (DatabindException e) {
            throw new InvalidMessage(
                    e.getPath().isEmpty() ? null : e.getPath().getLast().getPropertyName(),
                    "A field of the message is missing or has the wrong type.");
        } catch (JacksonException e) {
            throw new InvalidMessage(null, "The message is not valid JSON.");
        }
    }

    /// JSON that is written as it is, except for half surrogate pairs: a database lets them pass,
    /// no subscriber is sent one.
    public static Object raw(byte[] json) {
        return new RawValue(new String(JsonText.replaceHalfPairs(json), StandardCharsets.UTF_8));
    }

    static JsonParser parser(byte[] json) {
        return MAPPER.createParser(json);
    }
}

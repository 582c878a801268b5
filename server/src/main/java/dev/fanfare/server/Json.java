// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fanfare.core.InvalidMessage;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/// JSON as user code meets it: into records, and out of anything. Strict about types, deaf to
/// properties it does not know, and it never repeats what it was given.
public final class Json {
    private static final int MAX_DEPTH = 32;
    private static final int MAX_NUMBER = 1_000;
    private static final byte BYTE_ORDER_MARK = (byte) 0xef;
    private static final JsonFactory UNBOUNDED =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(Integer.MAX_VALUE)
                                    .maxNumberLength(Integer.MAX_VALUE)
                                    .maxNameLength(Integer.MAX_VALUE)
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .build())
                    .build();
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .maxNumberLength(MAX_NUMBER)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .withCoercionConfig(
                            LogicalType.Textual,
                            text -> {
                                text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                                text.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                                text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
                            })
                    .withCoercionConfig(
                            LogicalType.Integer,
                            number ->
                                    number.setCoercion(
                                            CoercionInputShape.Float, CoercionAction.Fail))
                    .build();

    private Json() {}

    /// @throws IllegalArgumentException when `value` has no representation
    public static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("no JSON for " + value.getClass().getName(), e);
        }
    }

    /// @throws InvalidMessage names the field that is missing or of the wrong type
    public static <T> T read(byte[] data, Class<T> type) throws InvalidMessage {
        T value;
        try {
            value = MAPPER.readValue(data, type);
        } catch (JacksonException e) {
            throw problem(e, data, type);
        }
        if (value == null) {
            throw new InvalidMessage(null, "The data must be " + kind(type) + ".");
        }
        if (value instanceof Record) {
            requireComponents(slices(data), type);
        }
        return value;
    }

    private static InvalidMessage problem(JacksonException e, byte[] data, Class<?> type) {
        if (e.getCause() instanceof IllegalArgumentException ours && ours.getMessage() != null) {
            return new InvalidMessage(null, ours.getMessage());
        }
        if (e.getCause() instanceof NullPointerException) {
            try {
                requireComponents(slices(data), type);
            } catch (InvalidMessage missing) {
                return missing;
            }
        }
        String field = field(e.getPath());
        if (field == null) {
            return new InvalidMessage(
                    null,
                    e instanceof MismatchedInputException
                            ? "The data must be " + kind(type) + "."
                            : "The data is not valid JSON.");
        }
        Class<?> wanted =
                switch (e) {
                    case MismatchedInputException bad -> bad.getTargetType();
                    case InputCoercionException bad -> bad.getTargetType();
                    default -> null;
                };
        return new InvalidMessage(
                field,
                "'" + field + "' must be " + (wanted == null ? "valid" : kind(wanted)) + ".");
    }

    /// A component that is not marked nullable has to be there, and not null.
    private static void requireComponents(Map<String, byte[]> given, Class<?> type)
            throws InvalidMessage {
        RecordComponent[] components = type.getRecordComponents();
        if (components == null) {
            return;
        }
        for (RecordComponent component : components) {
            JsonProperty renamed = component.getAccessor().getAnnotation(JsonProperty.class);
            String name =
                    renamed == null || renamed.value().isEmpty()
                            ? component.getName()
                            : renamed.value();
            byte[] value = given.get(name);
            if ((value == null || Arrays.equals(value, NULL))
                    && !component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                throw new InvalidMessage(name, "'" + name + "' is missing.");
            }
        }
    }

    private static @Nullable String field(List<JacksonException.Reference> path) {
        StringBuilder dotted = new StringBuilder();
        for (JacksonException.Reference step : path) {
            if (step.getPropertyName() != null) {
                dotted.append(dotted.isEmpty() ? "" : ".").append(step.getPropertyName());
            } else {
                dotted.append('[').append(step.getIndex()).append(']');
            }
        }
        return dotted.isEmpty() ? null : dotted.toString();
    }

    private static String kind(Class<?> type) {
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == int.class
                || type == Integer.class
                || type == long.class
                || type == Long.class) {
            return "a whole number";
        }
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return "a number";
        }
        if (type.isEnum()) {
            return "one of the known values";
        }
        if (CharSequence.class.isAssignableFrom(type)) {
            return "a text";
        }
        return type.isArray() || Collection.class.isAssignableFrom(type) ? "a list" : "an object";
    }

    /// Any JSON object as Java's maps, lists, strings, numbers and booleans.
    ///
    /// @throws JacksonException when it is anything else
    @SuppressWarnings("unchecked") // an object is read as a map of strings to plain values
    static Map<String, Object> object(byte[] json) {
        return MAPPER.readValue(json, Map.class);
    }

    /// The values of a JSON object, as they stand in `json`.
    ///
    /// @throws JacksonException when it is anything but one object
    static Map<String, byte[]> slices(byte[] json) {
        Map<String, byte[]> found = new HashMap<>();
        try (JsonParser parser = MAPPER.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new StreamReadException(parser, "not an object");
            }
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                int from = (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                parser.finishToken();
                int to = (int) parser.currentLocation().getByteOffset();
                found.put(name, Arrays.copyOfRange(json, from, to));
            }
            if (parser.nextToken() != null) {
                throw new StreamReadException(parser, "more than one value");
            }
        }
        return found;
    }

    /// Whether `json` is one value and nothing else, however deep or long: for what the server's
    /// own code wrote.
    static boolean isValue(byte[] json) {
        if (json.length > 0 && json[0] == BYTE_ORDER_MARK) {
            return false; // the parser would skip it
        }
        try (JsonParser parser = UNBOUNDED.createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            parser.finishToken();
            return parser.nextToken() == null;
        } catch (JacksonException e) {
            return false;
        }
    }

    /// The text that `json` is, or null when it is something else.
    static @Nullable String text(byte[] json) {
        return json.length > 0 && json[0] == '"' ? MAPPER.readValue(json, String.class) : null;
    }
}

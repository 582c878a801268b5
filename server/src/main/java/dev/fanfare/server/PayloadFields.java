// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.engine.Content;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// What filters see of a payload: the fields of its objects. A payload that is no object, or no
/// JSON, has none. Read once for each publication, whatever the number of filters.
final class PayloadFields {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final Map<String, Object> top;

    /// Values that have no content.
    enum Bare {
        NULL,
        ARRAY
    }

    /// A number as it is written, which costs its price when it is first compared.
    static final class Decimal {
        private final String text;
        private @Nullable BigDecimal value;

        private Decimal(String text) {
            this.text = text;
        }

        /// Null for an exponent that does not fit 32 bits.
        @Nullable BigDecimal value() {
            if (value == null) {
                try {
                    value = new BigDecimal(text);
                } catch (NumberFormatException | ArithmeticException beyond) {
                    return null;
                }
            }
            return value;
        }
    }

    private PayloadFields(Map<String, Object> top) {
        this.top = top;
    }

    static PayloadFields of(Content content) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), content.data())) {
            return new PayloadFields(
                    parser.nextToken() == JsonToken.START_OBJECT ? object(parser) : Map.of());
        } catch (JacksonException broken) {
            return new PayloadFields(Map.of());
        }
    }

    private static Map<String, Object> object(JsonParser parser) {
        Map<String, Object> fields = new HashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            fields.put(name, value(parser, parser.nextToken()));
        }
        return fields;
    }

    private static Object value(JsonParser parser, JsonToken token) {
        return switch (token) {
            case START_OBJECT -> object(parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Decimal(parser.getString());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> Bare.NULL;
            default -> {
                parser.skipChildren();
                yield Bare.ARRAY;
            }
        };
    }

    /// The value there: a [String], a [Decimal], a [Boolean], a [Bare] or, for an object, a [Map];
    /// null where there is none.
    @Nullable Object at(List<String> path) {
        Object here = top;
        for (String name : path) {
            here = here instanceof Map<?, ?> fields ? fields.get(name) : null;
        }
        return here;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/// Reads one document in one pass. Values of fields that the codec knows are kept, payloads as a
/// slice of the input; all others are validated and left.
///
/// What it refuses beyond bad syntax: a field given twice, `__proto__` as a name (an old trap of
/// JavaScript receivers), half a surrogate pair, anything after the document, and what is over its
/// [Bounds], at whatever depth.
final class JsonReader {
    private static final String NOT_JSON = "The message is not valid JSON.";

    /// Bounded by the text alone.
    private static final JsonFactory LENIENT = Bounds.unbounded();

    private final byte[] text;
    private final Bounds bounds;
    private final JsonParser parser;
    private final Map<String, Object> top = new HashMap<>();
    private int names;

    private JsonReader(byte[] text, Bounds bounds, JsonParser parser) {
        this.text = text;
        this.bounds = bounds;
        this.parser = parser;
    }

    static Fields read(byte[] text, JsonFactory factory, Bounds bounds) throws BadFrame {
        if (text.length > bounds.length()) {
            throw new BadFrame(
                    BadFrame.Code.MESSAGE_TOO_LARGE,
                    null,
                    "max-message",
                    "A message has at most "
                            + bounds.length()
                            + " bytes, this one "
                            + text.length
                            + ".");
        }
        try {
            scan(text);
            return document(text, factory, bounds);
        } catch (BadFrame bad) {
            throw bad.id(id(text));
        }
    }

    private static Fields document(byte[] text, JsonFactory factory, Bounds bounds)
            throws BadFrame {
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), text)) {
            JsonReader reader = new JsonReader(text, bounds, parser);
            try {
                reader.document();
                return new Fields(reader.top);
            } catch (JacksonException broken) {
                throw reader.explain(broken);
            }
        }
    }

    /// The `id` of a text that is refused, or 0. It may stand behind the reason, and the reason may
    /// be the user's content: so this reads on where [#document] stops, as far as it is JSON at
    /// all.
    private static long id(byte[] text) {
        try (JsonParser parser = LENIENT.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return 0;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean found = parser.currentName().equals("id");
                JsonToken value = parser.nextToken();
                if (found) {
                    return value == JsonToken.VALUE_NUMBER_INT ? validId(parser) : 0;
                }
                parser.skipChildren();
            }
            return 0;
        } catch (JacksonException broken) {
            return 0;
        }
    }

    private static long validId(JsonParser parser) {
        boolean fits = parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        return fits && Fields.validId(parser.getLongValue()) ? parser.getLongValue() : 0;
    }

    /// What must hold for the raw bytes, besides that they are UTF-8.
    private static void scan(byte[] text) throws BadFrame {
        int start = 0;
        while (start < text.length && text[start] <= ' ' && text[start] >= 0) {
            start++;
        }
        if (start == text.length || text[start] != '{') {
            throw bad(null, "The message is not a JSON object.");
        }
        String problem = JsonText.problemOfUtf8(text);
        if (problem != null) {
            throw bad(null, "The message " + problem + ".");
        }
    }

    private void document() throws BadFrame {
        parser.nextToken();
        object(top);
        if (parser.nextToken() != null) {
            throw bad(null, "Something follows the message's JSON object.");
        }
    }

    private void object(Map<String, Object> into) throws BadFrame {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = name();
            JsonToken token = parser.nextToken();
            if (Names.RAW.contains(name)) {
                into.put(name, slice());
            } else if (Names.SCALARS.contains(name)) {
                into.put(name, scalar(token));
            } else if (Names.OBJECTS.contains(name)) {
                into.put(name, nested(token));
            } else if (Names.LISTS.contains(name)) {
                into.put(name, list(token));
            } else {
                skip();
            }
        }
    }

    private String name() throws BadFrame {
        String name = parser.currentName();
        if (name.equals("__proto__")) {
            throw bad("__proto__", "No field may be called __proto__, at any depth.");
        }
        if (++names > bounds.names()) {
            throw limit("max-names", "A message has at most " + bounds.names() + " fields.");
        }
        return name;
    }

    private Object scalar(JsonToken token) throws BadFrame {
        return switch (token) {
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT ->
                    parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                            ? Fields.Misfit.HUGE
                            : (Object) parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> Fields.Misfit.FRACTION;
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> Fields.Misfit.NULL;
            case START_ARRAY -> {
                skip();
                yield Fields.Misfit.ARRAY;
            }
            default -> {
                skip();
                yield Fields.Misfit.OBJECT;
            }
        };
    }

    private Object nested(JsonToken token) throws BadFrame {
        if (token != JsonToken.START_OBJECT) {
            return scalar(token);
        }
        Map<String, Object> values = new HashMap<>();
        object(values);
        return new Fields(values);
    }

    private Object list(JsonToken token) throws BadFrame {
        if (token != JsonToken.START_ARRAY) {
            return scalar(token);
        }
        List<Object> elements = new ArrayList<>();
        for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
            elements.add(nested(t));
        }
        return elements;
    }

    private RawJson slice() throws BadFrame {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        skip();
        int to = (int) parser.currentLocation().getByteOffset();
        return new RawJson(Arrays.copyOfRange(text, from, to));
    }

    /// Moves to the last token of the value whose first is current, and validates all of it.
    private void skip() throws BadFrame {
        int depth = 0;
        for (JsonToken token = parser.currentToken(); ; token = parser.nextToken()) {
            if (token.isStructStart()) {
                depth++;
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token == JsonToken.PROPERTY_NAME) {
                name();
            }
            if (depth == 0) {
                parser.finishToken();
                return;
            }
        }
    }

    private BadFrame explain(JacksonException broken) {
        if (broken instanceof StreamConstraintsException) {
            return overBound(String.valueOf(broken.getOriginalMessage()));
        }
        String message = broken.getOriginalMessage();
        if (message != null && message.startsWith("Duplicate Object property")) {
            String twice = parser.currentName();
            boolean ours = twice != null && Names.known(twice);
            return bad(ours ? twice : null, "A field is given twice in one object.");
        }
        return bad(null, NOT_JSON);
    }

    private BadFrame overBound(String message) {
        if (message.contains("nesting depth")) {
            return limit(
                    "max-depth",
                    "Objects and arrays stand at most " + bounds.depth() + " deep in each other.");
        }
        if (message.contains("Number")) {
            return limit(
                    "max-number-length", "A number has at most " + Bounds.NUMBER + " characters.");
        }
        if (message.contains("Name")) {
            return limit(
                    "max-name-length",
                    "A field's name has at most " + Bounds.NAME + " characters.");
        }
        return limit("max-message", "A message has at most " + bounds.length() + " bytes.");
    }

    private static BadFrame bad(@Nullable String field, String message) {
        return new BadFrame(BadFrame.Code.BAD_REQUEST, field, null, message);
    }

    private static BadFrame limit(String limit, String message) {
        return new BadFrame(BadFrame.Code.BAD_REQUEST, null, limit, message);
    }
}

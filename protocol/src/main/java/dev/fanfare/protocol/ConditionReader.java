// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import dev.fanfare.protocol.Condition.Operator;
import dev.fanfare.protocol.Condition.Value;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// Reads a [Condition] in one pass. Unlike a frame it has no field that may be ignored: what a
/// server did not understand would let too much pass, or too little. An error's field is the path
/// to it in the condition, of names that are its own.
final class ConditionReader {
    private static final JsonFactory FACTORY = Bounds.ofCommands(Condition.MAX_LENGTH).factory();

    private static final Map<String, Operator> OPERATORS =
            Arrays.stream(Operator.values())
                    .collect(Collectors.toMap(Operator::wire, Function.identity()));

    private final JsonParser parser;
    private int terms;

    private ConditionReader(JsonParser parser) {
        this.parser = parser;
    }

    static Condition read(RawJson json) throws BadFrame {
        if (json.utf8().length > Condition.MAX_LENGTH) {
            throw limit(
                    "filter",
                    "max-filter",
                    "A filter has at most "
                            + Condition.MAX_LENGTH
                            + " bytes, this one "
                            + json.utf8().length
                            + ".");
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json.utf8())) {
            parser.nextToken();
            Condition condition = new ConditionReader(parser).condition("filter", 1);
            if (parser.nextToken() != null) {
                throw BadFrame.field("filter", "Something follows the filter.");
            }
            return condition;
        } catch (JacksonException broken) {
            throw BadFrame.field(
                    "filter", "The filter is not valid JSON, or is over a limit of it.");
        }
    }

    /// What one object says, in whatever order.
    private static final class Parts {
        @Nullable List<String> path;
        @Nullable Operator operator;
        List<Value> values = List.of();
        @Nullable Condition group;
        int names;
    }

    private Condition condition(String at, int depth) throws BadFrame {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw BadFrame.field(at, "A filter must be an object.");
        }
        if (depth > Condition.MAX_DEPTH) {
            throw limit(
                    at,
                    "max-filter-depth",
                    "Filters stand at most " + Condition.MAX_DEPTH + " deep in each other.");
        }
        Parts parts = new Parts();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            part(parts, name, at, depth);
            parts.names++;
        }
        if (parts.group != null && parts.names == 1) {
            return parts.group;
        }
        if (parts.path == null || parts.operator == null || parts.names != 2) {
            throw BadFrame.field(
                    at,
                    "A filter must have one of 'and', 'or' and 'not', or 'field' and one operator,"
                            + " and nothing else.");
        }
        if (++terms > Condition.MAX_TERMS) {
            throw limit(
                    at,
                    "max-filter-terms",
                    "A filter looks at fields at most " + Condition.MAX_TERMS + " times.");
        }
        return new Condition.Test(parts.path, parts.operator, parts.values);
    }

    private void part(Parts parts, String name, String at, int depth) throws BadFrame {
        String here = at + "." + name;
        switch (name) {
            case "and" -> parts.group = new Condition.All(list(here, depth));
            case "or" -> parts.group = new Condition.Any(list(here, depth));
            case "not" -> parts.group = new Condition.Not(condition(here, depth + 1));
            case "field" -> parts.path = path(here);
            default -> {
                Operator operator = OPERATORS.get(name);
                if (operator == null) {
                    throw BadFrame.field(
                            at,
                            "A filter has a name that is none of 'and', 'or', 'not', 'field' and the"
                                    + " operators.");
                }
                parts.operator = operator;
                parts.values = values(operator, here);
            }
        }
    }

    private List<Condition> list(String at, int depth) throws BadFrame {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw BadFrame.field(at, "'and' and 'or' must be arrays of filters.");
        }
        List<Condition> conditions = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            conditions.add(condition(at + "[" + conditions.size() + "]", depth + 1));
        }
        if (conditions.isEmpty()) {
            throw BadFrame.field(at, "'and' and 'or' must have one filter or more.");
        }
        return conditions;
    }

    private List<String> path(String at) throws BadFrame {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw BadFrame.field(at, "'field' must be a string.");
        }
        List<String> path = List.of(text(at).split("\\.", -1));
        if (path.contains("")) {
            throw BadFrame.field(at, "'field' must be names with a dot between them.");
        }
        return path;
    }

    private List<Value> values(Operator operator, String at) throws BadFrame {
        if (operator != Operator.IN) {
            return List.of(value(operator, at));
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw BadFrame.field(at, "'in' must be an array.");
        }
        List<Value> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (values.size() == Condition.MAX_VALUES) {
                throw limit(
                        at,
                        "max-filter-values",
                        "'in' has at most " + Condition.MAX_VALUES + " values.");
            }
            values.add(value(operator, at));
        }
        if (values.isEmpty()) {
            throw BadFrame.field(at, "'in' must have one value or more.");
        }
        return values;
    }

    private Value value(Operator operator, String at) throws BadFrame {
        Value value =
                switch (parser.currentToken()) {
                    case VALUE_STRING -> new Condition.Text(text(at));
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(at);
                    case VALUE_TRUE -> new Condition.Flag(true);
                    case VALUE_FALSE -> new Condition.Flag(false);
                    case VALUE_NULL -> new Condition.Null();
                    default ->
                            throw BadFrame.field(at, "A filter compares with no object or array.");
                };
        String wanted = wanted(operator, value);
        if (wanted != null) {
            throw BadFrame.field(at, "'" + operator.wire() + "' must be " + wanted + ".");
        }
        return value;
    }

    /// What the operator takes, if it is not this.
    private static @Nullable String wanted(Operator operator, Value value) {
        boolean text = value instanceof Condition.Text;
        boolean flag = value instanceof Condition.Flag;
        return switch (operator) {
            case EQ, IN -> null;
            case NE ->
                    value instanceof Condition.Null
                            ? "a string, a number, true or false; 'not' and 'eq' ask for what is not"
                                    + " null"
                            : null;
            case LT, LTE, GT, GTE ->
                    text || value instanceof Condition.Decimal ? null : "a number or a string";
            case EXISTS -> flag ? null : "true or false";
            case PREFIX -> text ? null : "a string";
        };
    }

    private String text(String at) throws BadFrame {
        String text = parser.getString();
        if (text.length() > Condition.MAX_STRING) {
            throw limit(
                    at,
                    "max-filter-string",
                    "A string in a filter has at most "
                            + Condition.MAX_STRING
                            + " characters, this one "
                            + text.length()
                            + ".");
        }
        return text;
    }

    private Value number(String at) throws BadFrame {
        try {
            BigDecimal number = new BigDecimal(parser.getString());
            if (number.precision() <= Condition.MAX_DIGITS
                    && Math.abs((long) number.scale()) <= Condition.MAX_EXPONENT) {
                return new Condition.Decimal(number);
            }
        } catch (NumberFormatException | ArithmeticException beyond) {
            // An exponent beyond what BigDecimal takes is beyond the limit too.
        }
        throw limit(
                at,
                "max-filter-number",
                "A number in a filter has at most "
                        + Condition.MAX_DIGITS
                        + " digits, and an exponent of at most "
                        + Condition.MAX_EXPONENT
                        + ".");
    }

    private static BadFrame limit(String field, String limit, String message) {
        return new BadFrame(BadFrame.Code.BAD_REQUEST, field, limit, message);
    }
}

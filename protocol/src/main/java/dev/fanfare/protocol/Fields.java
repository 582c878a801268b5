// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The known fields of one object, judged when they are asked for: so a field that means nothing in
/// a frame may have any value. An optional field that is null is absent.
final class Fields {
    /// The greatest integer that every JSON reader has exactly (RFC 8259, section 6).
    static final long MAX_INTEGER = (1L << 53) - 1;

    /// Values that no field takes, by what is said of them.
    enum Misfit {
        NULL("null"),
        FRACTION("a number with a fraction or an exponent"),
        HUGE("a number that is larger"),
        ARRAY("an array"),
        OBJECT("an object");

        private final String words;

        Misfit(String words) {
            this.words = words;
        }
    }

    private final Map<String, Object> values;

    Fields(Map<String, Object> values) {
        this.values = values;
    }

    static boolean validId(long id) {
        return id >= 1 && id <= MAX_INTEGER;
    }

    boolean has(String name) {
        Object value = values.get(name);
        return value != null && value != Misfit.NULL;
    }

    /// 0 when there is none.
    long id() throws BadFrame {
        return has("id") ? integer("id", 1, MAX_INTEGER) : 0;
    }

    String string(String name) throws BadFrame {
        Object value = required(name);
        if (value instanceof String string) {
            return string;
        }
        throw wrong(name, "a string", value);
    }

    @Nullable String optionalString(String name) throws BadFrame {
        return has(name) ? string(name) : null;
    }

    /// A string of 1 to `max` characters.
    String name(String name, int max) throws BadFrame {
        String value = string(name);
        if (value.isEmpty() || value.length() > max) {
            throw new BadFrame(
                    BadFrame.Code.BAD_REQUEST,
                    name,
                    "max-" + name,
                    "'"
                            + name
                            + "' must have 1 to "
                            + max
                            + " characters, but has "
                            + value.length()
                            + ".");
        }
        return value;
    }

    @Nullable String optionalName(String name, int max) throws BadFrame {
        return has(name) ? name(name, max) : null;
    }

    long integer(String name, long min, long max) throws BadFrame {
        Object value = required(name);
        String wanted = "an integer from " + min + " to " + max;
        if (!(value instanceof Long number)) {
            throw wrong(name, wanted, value);
        }
        if (number < min || number > max) {
            throw BadFrame.field(
                    name,
                    "'"
                            + name
                            + "' must be "
                            + wanted
                            + ", but is "
                            + (number < min ? "smaller." : "larger."));
        }
        return number;
    }

    long integer(String name) throws BadFrame {
        return integer(name, 0, MAX_INTEGER);
    }

    long integerOr(String name, long absent) throws BadFrame {
        return has(name) ? integer(name) : absent;
    }

    boolean flag(String name) throws BadFrame {
        Object value = required(name);
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw wrong(name, "true or false", value);
    }

    RawJson raw(String name) throws BadFrame {
        return (RawJson) required(name);
    }

    @Nullable RawJson optionalRaw(String name) {
        return (RawJson) values.get(name);
    }

    Position position(String name) throws BadFrame {
        Fields fields = object(name);
        try {
            return new Position(
                    fields.string("epoch"), fields.integer("offset"), fields.string("tag"));
        } catch (BadFrame bad) {
            throw BadFrame.field(name + "." + bad.field(), "In '" + name + "': " + bad.message());
        }
    }

    @Nullable Position optionalPosition(String name) throws BadFrame {
        return has(name) ? position(name) : null;
    }

    Fields object(String name) throws BadFrame {
        Object value = required(name);
        if (value instanceof Fields fields) {
            return fields;
        }
        throw wrong(name, "an object", value);
    }

    List<Fields> objects(String name) throws BadFrame {
        Object value = required(name);
        if (!(value instanceof List<?> elements)) {
            throw wrong(name, "an array", value);
        }
        List<Fields> objects = new ArrayList<>();
        for (Object element : elements) {
            if (!(element instanceof Fields fields)) {
                throw BadFrame.field(name, "'" + name + "' must have objects only.");
            }
            objects.add(fields);
        }
        return objects;
    }

    private Object required(String name) throws BadFrame {
        Object value = values.get(name);
        if (value == null) {
            throw BadFrame.field(name, "'" + name + "' is missing.");
        }
        return value;
    }

    private static BadFrame wrong(String name, String wanted, Object value) {
        return BadFrame.field(
                name, "'" + name + "' must be " + wanted + ", but is " + words(value) + ".");
    }

    private static String words(Object value) {
        if (value instanceof Misfit misfit) {
            return misfit.words;
        }
        if (value instanceof String) {
            return "a string";
        }
        if (value instanceof Long) {
            return "a number";
        }
        if (value instanceof Boolean) {
            return "true or false";
        }
        return value instanceof Fields ? Misfit.OBJECT.words : Misfit.ARRAY.words;
    }
}

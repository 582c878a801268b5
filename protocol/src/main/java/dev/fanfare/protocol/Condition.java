// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import java.math.BigDecimal;
import java.util.List;

/// What a payload has to be for a subscription to be sent it: the `filter` of `subscribe`. What
/// each means is in `SPEC.md`, section 5. Equal conditions let the same payloads pass.
public sealed interface Condition {
    /// Bytes of a condition's text.
    int MAX_LENGTH = 4_096;

    /// Conditions within each other, the outermost included.
    int MAX_DEPTH = 8;

    /// Of [Test]s.
    int MAX_TERMS = 32;

    /// Of [Operator#IN].
    int MAX_VALUES = 64;

    /// Characters of a string, and of a path with its dots.
    int MAX_STRING = 256;

    /// Digits of a number.
    int MAX_DIGITS = 64;

    /// Of a number, in either direction.
    int MAX_EXPONENT = 1_000;

    /// Reads one as it stands in a frame.
    ///
    /// @throws BadFrame when it is none; its field begins with `filter`
    static Condition parse(RawJson json) throws BadFrame {
        return ConditionReader.read(json);
    }

    /// Passes what passes all of them.
    record All(List<Condition> conditions) implements Condition {
        public All {
            conditions = List.copyOf(conditions);
        }
    }

    /// Passes what passes one of them.
    record Any(List<Condition> conditions) implements Condition {
        public Any {
            conditions = List.copyOf(conditions);
        }
    }

    /// Passes what does not pass it.
    record Not(Condition condition) implements Condition {}

    /// Looks at one field.
    ///
    /// @param path the names of fields, from the outermost object inwards
    /// @param values one; for [Operator#IN] one or more
    record Test(List<String> path, Operator operator, List<Value> values) implements Condition {
        public Test {
            path = List.copyOf(path);
            values = List.copyOf(values);
        }

        /// The first value.
        public Value value() {
            return values.get(0);
        }
    }

    enum Operator {
        EQ,
        NE,
        LT,
        LTE,
        GT,
        GTE,
        IN,
        EXISTS,
        PREFIX;

        /// As it is on the wire: lower case.
        public String wire() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /// What a field is compared with.
    sealed interface Value {}

    record Text(String value) implements Value {}

    /// An exact decimal: 1, 1.0 and 1e0 are equal.
    record Decimal(BigDecimal value) implements Value {
        @Override
        public boolean equals(Object other) {
            return other instanceof Decimal that && value.compareTo(that.value) == 0;
        }

        @Override
        public int hashCode() {
            return value.stripTrailingZeros().hashCode();
        }
    }

    record Flag(boolean value) implements Value {}

    record Null() implements Value {}
}

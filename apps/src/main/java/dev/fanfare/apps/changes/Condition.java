// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import dev.fanfare.changes.Row;
import dev.fanfare.changes.Value;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Which rows are meant: `status = 'paid' and (total >= 10 or not vip)`. Written and evaluated as
/// SQL does it, `NULL` and all; [ConditionParser] reads it.
sealed interface Condition {
    Truth of(Row row);

    /// The columns it looks at.
    Set<String> columns();

    enum Truth {
        TRUE,
        FALSE,
        /// A `NULL` was in it, or a value that was not sent.
        UNKNOWN;

        static Truth of(boolean holds) {
            return holds ? TRUE : FALSE;
        }
    }

    /// Every row.
    Condition ALWAYS = new And(List.of());

    /// @throws IllegalArgumentException says where it cannot be read
    static Condition parse(String text) {
        return text.isBlank() ? ALWAYS : new ConditionParser(text).parse();
    }

    /// `=`, `<` and so on, by what they take of a comparison.
    enum Relation {
        EQUAL("="),
        UNEQUAL("!="),
        LESS("<"),
        AT_MOST("<="),
        GREATER(">"),
        AT_LEAST(">=");

        final String sign;

        Relation(String sign) {
            this.sign = sign;
        }

        boolean holds(int order) {
            return switch (this) {
                case EQUAL -> order == 0;
                case UNEQUAL -> order != 0;
                case LESS -> order < 0;
                case AT_MOST -> order <= 0;
                case GREATER -> order > 0;
                case AT_LEAST -> order >= 0;
            };
        }
    }

    /// What a column is compared with.
    sealed interface Literal {
        record Numeric(BigDecimal value) implements Literal {}

        record Characters(String value) implements Literal {}

        record Flag(boolean value) implements Literal {}
    }

    /// @param literal a number compares by value, a text by its characters as Postgres writes them
    record Compare(String column, Relation relation, Literal literal) implements Condition {
        @Override
        public Truth of(Row row) {
            String value = row.text(column);
            if (value == null) {
                return Truth.UNKNOWN;
            }
            return switch (literal) {
                case Literal.Numeric(BigDecimal number) -> {
                    BigDecimal has = number(value);
                    yield has == null
                            ? Truth.UNKNOWN
                            : Truth.of(relation.holds(has.compareTo(number)));
                }
                case Literal.Characters(String text) ->
                        Truth.of(relation.holds(value.compareTo(text)));
                case Literal.Flag(boolean bool) ->
                        Truth.of(relation.holds(Boolean.compare(value.equals("t"), bool)));
            };
        }

        private static @Nullable BigDecimal number(String value) {
            try {
                return new BigDecimal(value);
            } catch (NumberFormatException _) {
                return null;
            }
        }

        @Override
        public Set<String> columns() {
            return Set.of(column);
        }
    }

    record IsNull(String column) implements Condition {
        @Override
        public Truth of(Row row) {
            return switch (row.value(column)) {
                case Value.Null _ -> Truth.TRUE;
                case Value.Text _, Value.Unsent _ -> Truth.FALSE;
                case null -> Truth.UNKNOWN;
            };
        }

        @Override
        public Set<String> columns() {
            return Set.of(column);
        }
    }

    record Not(Condition inner) implements Condition {
        @Override
        public Truth of(Row row) {
            return switch (inner.of(row)) {
                case TRUE -> Truth.FALSE;
                case FALSE -> Truth.TRUE;
                case UNKNOWN -> Truth.UNKNOWN;
            };
        }

        @Override
        public Set<String> columns() {
            return inner.columns();
        }
    }

    record And(List<Condition> parts) implements Condition {
        @Override
        public Truth of(Row row) {
            Truth all = Truth.TRUE;
            for (Condition part : parts) {
                Truth truth = part.of(row);
                if (truth == Truth.FALSE) {
                    return Truth.FALSE;
                }
                all = truth == Truth.UNKNOWN ? truth : all;
            }
            return all;
        }

        @Override
        public Set<String> columns() {
            return joined(parts);
        }
    }

    record Or(List<Condition> parts) implements Condition {
        @Override
        public Truth of(Row row) {
            Truth any = Truth.FALSE;
            for (Condition part : parts) {
                Truth truth = part.of(row);
                if (truth == Truth.TRUE) {
                    return Truth.TRUE;
                }
                any = truth == Truth.UNKNOWN ? truth : any;
            }
            return any;
        }

        @Override
        public Set<String> columns() {
            return joined(parts);
        }
    }

    private static Set<String> joined(List<Condition> parts) {
        Set<String> all = new TreeSet<>();
        parts.forEach(part -> all.addAll(part.columns()));
        return all;
    }
}

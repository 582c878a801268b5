// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Candidate;
import dev.fanfare.core.Filter;
import dev.fanfare.protocol.BadFrame;
import dev.fanfare.protocol.Condition;
import dev.fanfare.protocol.Condition.Operator;
import dev.fanfare.protocol.Condition.Value;
import dev.fanfare.protocol.RawJson;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A filter on the fields of JSON payloads, as `protocol/SPEC.md` has it. Filters of equal
/// conditions are equal.
public final class PayloadFilter implements Filter {
    private final Condition condition;

    PayloadFilter(Condition condition) {
        this.condition = condition;
    }

    /// For the server's own code: `{"field":"price","gt":100}`.
    ///
    /// @throws IllegalArgumentException says what is wrong
    public static PayloadFilter of(String json) {
        try {
            return new PayloadFilter(Condition.parse(RawJson.of(json)));
        } catch (BadFrame bad) {
            throw new IllegalArgumentException(bad.field() + ": " + bad.message(), bad);
        }
    }

    @Override
    public boolean passes(Candidate candidate) {
        return passes(condition, candidate.as(PayloadFields.class, PayloadFields::of));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PayloadFilter that && condition.equals(that.condition);
    }

    @Override
    public int hashCode() {
        return condition.hashCode();
    }

    private static boolean passes(Condition condition, PayloadFields payload) {
        return switch (condition) {
            case Condition.All(List<Condition> conditions) -> {
                for (Condition one : conditions) {
                    if (!passes(one, payload)) {
                        yield false;
                    }
                }
                yield true;
            }
            case Condition.Any(List<Condition> conditions) -> {
                for (Condition one : conditions) {
                    if (passes(one, payload)) {
                        yield true;
                    }
                }
                yield false;
            }
            case Condition.Not(Condition other) -> !passes(other, payload);
            case Condition.Test test -> passes(test, payload.at(test.path()));
        };
    }

    private static boolean passes(Condition.Test test, @Nullable Object found) {
        if (test.operator() == Operator.EXISTS) {
            return test.value().equals(new Condition.Flag(found != null));
        }
        if (found == null) {
            return false;
        }
        return switch (test.operator()) {
            case EXISTS -> true;
            case EQ -> is(compare(found, test.value()), 0, 0);
            case NE -> {
                Integer order = compare(found, test.value());
                yield order != null && order != 0;
            }
            case LT -> is(compare(found, test.value()), Integer.MIN_VALUE, -1);
            case LTE -> is(compare(found, test.value()), Integer.MIN_VALUE, 0);
            case GT -> is(compare(found, test.value()), 1, Integer.MAX_VALUE);
            case GTE -> is(compare(found, test.value()), 0, Integer.MAX_VALUE);
            case PREFIX ->
                    found instanceof String text
                            && test.value() instanceof Condition.Text(String prefix)
                            && text.startsWith(prefix);
            case IN -> {
                for (Value value : test.values()) {
                    if (is(compare(found, value), 0, 0)) {
                        yield true;
                    }
                }
                yield false;
            }
        };
    }

    private static boolean is(@Nullable Integer order, int from, int to) {
        return order != null && order >= from && order <= to;
    }

    /// How what was found stands to the value; null when it is of another type.
    private static @Nullable Integer compare(Object found, Value value) {
        return switch (value) {
            case Condition.Text(String text) ->
                    found instanceof String other ? other.compareTo(text) : null;
            case Condition.Decimal(BigDecimal number) -> {
                BigDecimal other =
                        found instanceof PayloadFields.Decimal decimal ? decimal.value() : null;
                yield other == null ? null : other.compareTo(number);
            }
            case Condition.Flag(boolean flag) ->
                    found instanceof Boolean other ? Boolean.compare(other, flag) : null;
            case Condition.Null() -> found == PayloadFields.Bare.NULL ? 0 : null;
        };
    }
}

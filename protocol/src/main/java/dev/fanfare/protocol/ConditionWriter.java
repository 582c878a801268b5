// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import dev.fanfare.protocol.Condition.Operator;
import dev.fanfare.protocol.Condition.Value;
import java.util.List;

/// Writes a [Condition], always the same way.
final class ConditionWriter {
    private ConditionWriter() {}

    static void write(JsonBuffer out, Condition condition) {
        if (condition instanceof Condition.All all) {
            list(out, "{\"and\":[", all.conditions());
        } else if (condition instanceof Condition.Any any) {
            list(out, "{\"or\":[", any.conditions());
        } else if (condition instanceof Condition.Not not) {
            out.ascii("{\"not\":");
            write(out, not.condition());
            out.ascii("}");
        } else if (condition instanceof Condition.Test test) {
            test(out, test);
        }
    }

    private static void list(JsonBuffer out, String opening, List<Condition> conditions) {
        out.ascii(opening);
        for (int i = 0; i < conditions.size(); i++) {
            out.ascii(i == 0 ? "" : ",");
            write(out, conditions.get(i));
        }
        out.ascii("]}");
    }

    private static void test(JsonBuffer out, Condition.Test test) {
        out.ascii("{\"field\":").string(String.join(".", test.path()));
        out.ascii(",\"").ascii(test.operator().wire()).ascii("\":");
        if (test.operator() == Operator.IN) {
            out.ascii("[");
            for (int i = 0; i < test.values().size(); i++) {
                out.ascii(i == 0 ? "" : ",");
                value(out, test.values().get(i));
            }
            out.ascii("]}");
        } else {
            value(out, test.value());
            out.ascii("}");
        }
    }

    private static void value(JsonBuffer out, Value value) {
        if (value instanceof Condition.Text text) {
            out.string(text.value());
        } else if (value instanceof Condition.Decimal number) {
            out.ascii(number.value().toString());
        } else if (value instanceof Condition.Flag flag) {
            out.ascii(flag.value() ? "true" : "false");
        } else {
            out.ascii("null");
        }
    }
}

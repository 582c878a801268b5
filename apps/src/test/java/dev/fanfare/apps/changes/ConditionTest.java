// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import static dev.fanfare.apps.changes.Condition.Truth.FALSE;
import static dev.fanfare.apps.changes.Condition.Truth.TRUE;
import static dev.fanfare.apps.changes.Condition.Truth.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.changes.Column;
import dev.fanfare.changes.Row;
import dev.fanfare.changes.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionTest {
    private static final Row ROW =
            new Row(
                    List.of(
                            column("status"),
                            column("total"),
                            column("vip"),
                            column("note"),
                            column("odd name")),
                    List.of(
                            Value.of("paid"),
                            Value.of("10.50"),
                            Value.of("t"),
                            Value.NULL,
                            Value.of("it's")));

    private static Column column(String name) {
        return new Column(name, 25, Column.Role.PLAIN);
    }

    private static Condition.Truth of(String text) {
        return Condition.parse(text).of(ROW);
    }

    @Test
    void comparesTextsNumbersAndBooleans() {
        assertThat(of("status = 'paid'")).isEqualTo(TRUE);
        assertThat(of("status <> 'paid'")).isEqualTo(FALSE);
        assertThat(of("total = 10.5")).as("by value").isEqualTo(TRUE);
        assertThat(of("total > 9")).as("not by characters").isEqualTo(TRUE);
        assertThat(of("total <= -1")).isEqualTo(FALSE);
        assertThat(of("vip")).isEqualTo(TRUE);
        assertThat(of("vip = false")).isEqualTo(FALSE);
        assertThat(of("\"odd name\" = 'it''s'")).isEqualTo(TRUE);
        assertThat(of("status in ('open', 'paid')")).isEqualTo(TRUE);
    }

    @Test
    void joinsAsSqlDoes() {
        assertThat(of("status = 'open' or vip and total > 1")).isEqualTo(TRUE);
        assertThat(of("(status = 'open' or vip) and total > 100")).isEqualTo(FALSE);
        assertThat(of("not (status = 'open')")).isEqualTo(TRUE);
        assertThat(of("NOT vip OR Status = 'paid'"))
                .as("columns have their case")
                .isEqualTo(UNKNOWN);
        assertThat(of("")).isEqualTo(TRUE);
    }

    @Test
    void whatIsNullIsNeitherTrueNorFalse() {
        assertThat(of("note = 'x'")).isEqualTo(UNKNOWN);
        assertThat(of("not note = 'x'")).isEqualTo(UNKNOWN);
        assertThat(of("note = 'x' or vip")).isEqualTo(TRUE);
        assertThat(of("note = 'x' and not vip")).isEqualTo(FALSE);
        assertThat(of("note is null and status is not null")).isEqualTo(TRUE);
        assertThat(of("status > 5")).as("no number").isEqualTo(UNKNOWN);
    }

    @Test
    void saysWhereItCannotBeRead() {
        assertProblem(
                "status =",
                "needs a number, a 'text', true or false to compare with at character 9");
        assertProblem("status = paid", "to compare with at character 10");
        assertProblem("(vip", "needs ')' at character 5");
        assertProblem("vip vip", "does not end here at character 5");
        assertProblem("total ; 1", "cannot be read at character 7");
        assertProblem("'x' = 1", "needs a column at character 1");
        assertProblem("(".repeat(40) + "vip" + ")".repeat(40), "nested more than 32 deep");
    }

    private static void assertProblem(String text, String problem) {
        assertThatThrownBy(() -> Condition.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void knowsItsColumns() {
        assertThat(Condition.parse("a = 1 and (b is null or not c)").columns())
                .containsExactlyInAnyOrder("a", "b", "c");
    }
}

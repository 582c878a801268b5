// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.changes.Change;
import dev.fanfare.changes.ChangeId;
import dev.fanfare.changes.Column;
import dev.fanfare.changes.ColumnNeeds;
import dev.fanfare.changes.Operation;
import dev.fanfare.changes.Row;
import dev.fanfare.changes.Table;
import dev.fanfare.changes.Value;
import dev.fanfare.engine.Content;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChangeMappingTest {
    private static final Table ORDERS = Table.of("orders");
    private static final List<Column> COLUMNS =
            List.of(
                    new Column("id", 23, Column.Role.KEY),
                    new Column("store", 25, Column.Role.PLAIN),
                    new Column("status", 25, Column.Role.PLAIN),
                    new Column("total", 1700, Column.Role.PLAIN));

    private static Row row(@Nullable String... values) {
        return new Row(
                COLUMNS,
                Arrays.stream(values)
                        .map(value -> value == null ? Value.NULL : Value.of(value))
                        .toList());
    }

    private static Row key(String id) {
        return new Row(COLUMNS.subList(0, 1), List.of(Value.of(id)));
    }

    private static Change change(Operation operation, Row before, Row after) {
        return new Change(
                ORDERS,
                operation,
                before,
                after,
                new ChangeId(0x10, 3),
                7,
                Instant.parse("2026-11-21T07:00:00Z"));
    }

    private static ChangeMapping mapping(String channel, String where, String... operations) {
        return ChangeMapping.of(
                "orders",
                new ChangeMapping.Described(
                        "orders",
                        channel,
                        where,
                        List.of(operations),
                        "order.{operation}",
                        ChangeMapping.PayloadShape.ROW,
                        List.of("id", "total as amount"),
                        Numbers.SAFE,
                        List.of()));
    }

    private static List<String> told(Mapping mapping, Change change) {
        return mapping.map(change).publications().stream()
                .map(outgoing ->
                        outgoing.channel()
                                + " "
                                + outgoing.content().event()
                                + " "
                                + new String(outgoing.content().data(), StandardCharsets.UTF_8))
                .toList();
    }

    private static final ChangeMapping BY_STORE = mapping("orders:{store}", "status <> 'draft'");

    @Test
    void goesToTheChannelThatTheColumnsName() {
        assertThat(told(BY_STORE, change(Operation.INSERT, Row.NONE, row("1", "a", "new", "9.50"))))
                .containsExactly("orders:a order.insert {\"id\":1,\"amount\":9.50}");
    }

    @Test
    void aRowIsInItsChannelWhileItsConditionHolds() {
        Row draft = row("1", "a", "draft", "1");
        Row open = row("1", "a", "new", "1");
        Row paid = row("1", "a", "paid", "1");
        assertThat(told(BY_STORE, change(Operation.INSERT, Row.NONE, draft))).isEmpty();
        assertThat(told(BY_STORE, change(Operation.UPDATE, draft, open)))
                .as("comes in")
                .singleElement()
                .asString()
                .startsWith("orders:a order.insert");
        assertThat(told(BY_STORE, change(Operation.UPDATE, open, paid)))
                .singleElement()
                .asString()
                .startsWith("orders:a order.update");
        assertThat(told(BY_STORE, change(Operation.UPDATE, paid, draft)))
                .as("goes out")
                .singleElement()
                .asString()
                .startsWith("orders:a order.delete");
        assertThat(told(BY_STORE, change(Operation.DELETE, paid, Row.NONE)))
                .singleElement()
                .asString()
                .startsWith("orders:a order.delete");
        assertThat(told(BY_STORE, change(Operation.DELETE, draft, Row.NONE))).isEmpty();
    }

    @Test
    void aRowThatMovesLeavesOneChannelForAnother() {
        assertThat(
                        told(
                                BY_STORE,
                                change(
                                        Operation.UPDATE,
                                        row("1", "a", "new", "1"),
                                        row("1", "b", "new", "1"))))
                .containsExactly(
                        "orders:a order.delete {\"id\":1,\"amount\":1}",
                        "orders:b order.insert {\"id\":1,\"amount\":1}");
    }

    @Test
    void withoutTheRowAsItWasTheAfterDecides() {
        Row draft = row("1", "a", "draft", "1");
        Row open = row("1", "a", "new", "1");
        assertThat(told(BY_STORE, change(Operation.UPDATE, Row.NONE, open)))
                .singleElement()
                .asString()
                .startsWith("orders:a order.update");
        assertThat(told(BY_STORE, change(Operation.UPDATE, Row.NONE, draft))).isEmpty();
        assertThat(told(BY_STORE, change(Operation.DELETE, key("1"), Row.NONE))).isEmpty();
        assertThat(told(mapping("order:{id}", ""), change(Operation.DELETE, key("1"), Row.NONE)))
                .as("the key says where it was")
                .containsExactly("order:1 order.delete {\"id\":1}");
        assertThat(told(mapping("orders", ""), change(Operation.DELETE, key("1"), Row.NONE)))
                .hasSize(1);
    }

    @Test
    void halfASurrogatePairInAJsonColumnIsReplaced() {
        Row row =
                new Row(
                        List.of(new Column("id", 114, Column.Role.KEY)),
                        List.of(Value.of("{\"a\":\"\\ud83d\",\"b\":\"\\ud83d\\ude00\"}")));

        assertThat(told(mapping("orders", ""), change(Operation.INSERT, Row.NONE, row)))
                .containsExactly(
                        "orders order.insert"
                                + " {\"id\":{\"a\":\"\\ufffd\",\"b\":\"\\ud83d\\ude00\"}}");
    }

    @Test
    void noValueLeadsIntoAnotherPatternsChannel() {
        for (String store : new String[] {"a:b", "", "a b", "ü", "a..b", null}) {
            assertThat(
                            told(
                                    BY_STORE,
                                    change(
                                            Operation.INSERT,
                                            Row.NONE,
                                            row("1", store, "new", "1"))))
                    .as(String.valueOf(store))
                    .isEmpty();
        }
    }

    @Test
    void tellsOnlyTheOperationsThatAreWanted() {
        ChangeMapping deletions = mapping("orders:{store}", "", "delete");
        Row open = row("1", "a", "new", "1");
        assertThat(told(deletions, change(Operation.INSERT, Row.NONE, open))).isEmpty();
        assertThat(told(deletions, change(Operation.DELETE, open, Row.NONE))).hasSize(1);
        Change truncated = change(Operation.TRUNCATE, Row.NONE, Row.NONE);
        assertThat(deletions.emptied(truncated, "orders:a")).isEmpty();
        assertThat(BY_STORE.emptied(truncated, "orders:a"))
                .hasValueSatisfying(outgoing ->
                        assertThat(outgoing.content().event()).isEqualTo("order.truncate"));
        assertThat(told(BY_STORE, change(Operation.READ, Row.NONE, open))).isEmpty();
        assertThat(
                        told(
                                mapping("orders:{store}", "", "read"),
                                change(Operation.READ, Row.NONE, open)))
                .hasSize(1);
    }

    @Test
    void theWholeChangeSaysWhatWasAndWhatIs() {
        ChangeMapping whole =
                ChangeMapping.of(
                        "all",
                        new ChangeMapping.Described(
                                "orders",
                                "orders",
                                "",
                                List.of(),
                                "{table}",
                                ChangeMapping.PayloadShape.CHANGE,
                                List.of(),
                                Numbers.SAFE,
                                List.of("id")));
        Change change =
                change(
                        Operation.UPDATE,
                        row("1", "a", null, "NaN"),
                        row("1", "a", "new", "120.50"));
        Outgoing outgoing = whole.map(change).publications().getFirst();
        assertThat(new String(outgoing.content().data(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"operation\":\"update\",\"table\":\"public.orders\","
                                + "\"before\":{\"id\":1,\"store\":\"a\",\"status\":null,\"total\":\"NaN\"},"
                                + "\"after\":{\"id\":1,\"store\":\"a\",\"status\":\"new\",\"total\":120.50},"
                                + "\"committedAt\":\"2026-11-21T07:00:00Z\"}");
        assertThat(outgoing.content().event()).isEqualTo("orders");
        assertThat(outgoing.content().key()).isEqualTo("=1\0");
        assertThat(outgoing.key()).as("the same when it comes again").isEqualTo("0/10:3/all");
    }

    @Test
    void whatWasNotSentIsLeftOut() {
        Row after =
                new Row(
                        COLUMNS,
                        List.of(Value.of("1"), Value.of("a"), Value.of("new"), Value.UNSENT));
        assertThat(told(BY_STORE, change(Operation.UPDATE, Row.NONE, after)))
                .containsExactly("orders:a order.update {\"id\":1}");
    }

    private static Row without(String column, @Nullable String... values) {
        Row row = row(values);
        List<Value> sent =
                COLUMNS.stream()
                        .map(each ->
                                each.name().equals(column)
                                        ? Value.UNSENT
                                        : row.values().get(COLUMNS.indexOf(each)))
                        .toList();
        return new Row(COLUMNS, sent);
    }

    private static ChangeMapping whole(String... conflateBy) {
        return ChangeMapping.of(
                "all",
                new ChangeMapping.Described(
                        "orders",
                        "orders",
                        "",
                        List.of(),
                        "{table}",
                        ChangeMapping.PayloadShape.CHANGE,
                        List.of(),
                        Numbers.SAFE,
                        List.of(conflateBy)));
    }

    private static Content content(Mapping mapping, Change change) {
        return mapping.map(change).publications().getFirst().content();
    }

    private static Mapped updated(Mapping mapping, Row after) {
        return mapping.map(change(Operation.UPDATE, Row.NONE, after));
    }

    @Test
    void anUpdateWhoseConditionWasNotSentIsUndecidedInItsChannel() {
        Mapped mapped = updated(BY_STORE, without("status", "1", "a", "", "5"));
        assertThat(mapped.publications()).isEmpty();
        assertThat(mapped.lost())
                .contains(new Mapped.Undecided(Optional.of("orders:a"), "status was not sent"));
    }

    @Test
    void anUpdateWhoseChannelWasNotSentIsUndecidedInAllOfThem() {
        assertThat(updated(BY_STORE, without("store", "1", "", "new", "5")).lost())
                .contains(new Mapped.Undecided(Optional.empty(), "store was not sent"));
    }

    @Test
    void whatWasNotSentDecidesNothingWhereTheRestDoes() {
        ChangeMapping either = mapping("orders:{store}", "total > 100 or status = 'new'");
        assertThat(updated(either, without("status", "1", "a", "", "500")))
                .satisfies(mapped -> {
                    assertThat(mapped.lost()).isEmpty();
                    assertThat(mapped.publications()).hasSize(1);
                });
        ChangeMapping both = mapping("orders:{store}", "total > 100 and status = 'new'");
        assertThat(updated(both, without("status", "1", "a", "", "5")))
                .isEqualTo(Mapped.to(List.of()));
        assertThat(updated(both, without("status", "1", "a", "", "500")).lost()).isPresent();
        ChangeMapping present = mapping("orders:{store}", "status is not null");
        assertThat(updated(present, without("status", "1", "a", "", "500")).publications())
                .as("a value that was left out is not NULL")
                .hasSize(1);
    }

    @Test
    void aRowThatNoChannelCanTakeIsLost() {
        assertThat(
                        BY_STORE.map(
                                        change(
                                                Operation.INSERT,
                                                Row.NONE,
                                                row("1", "a:b", "new", "1")))
                                .lost())
                .contains(new Mapped.Unplaced("the value of store is empty or has a colon in it"));
        assertThat(
                        BY_STORE.map(change(Operation.INSERT, Row.NONE, row("1", null, "new", "1")))
                                .lost())
                .as("NULL is in no channel by its nature")
                .isEmpty();
    }

    @Test
    void aDeletionIsLostWhenTheKeyDoesNotSayWhereTheRowWas() {
        assertThat(BY_STORE.map(change(Operation.DELETE, key("1"), Row.NONE)).lost())
                .containsInstanceOf(Mapped.Unplaced.class);
        assertThat(
                        mapping("orders:{store}", "", "insert")
                                .map(change(Operation.DELETE, key("1"), Row.NONE))
                                .lost())
                .as("nobody asked for deletions")
                .isEmpty();
    }

    @Test
    void aPublicationThatLacksAColumnNamesItAndReplacesNone() {
        Content content =
                content(
                        whole("id"),
                        change(Operation.UPDATE, Row.NONE, without("status", "1", "a", "", "5")));
        assertThat(new String(content.data(), StandardCharsets.UTF_8))
                .endsWith("\"unchanged\":[\"status\"]}");
        assertThat(content.extent()).isEqualTo(Content.Extent.PARTIAL);
        assertThat(
                        content(
                                        mapping("orders:{store}", ""),
                                        change(
                                                Operation.UPDATE,
                                                Row.NONE,
                                                without("status", "1", "a", "", "5")))
                                .extent())
                .as("what is not published is not missed")
                .isEqualTo(Content.Extent.WHOLE);
    }

    @Test
    void rowsReplaceEachOtherOnlyWhenTheirKeysAreKnownAndEqual() {
        Mapping mapping = whole("store", "status");
        List<@Nullable String> keys =
                Stream.of(
                                row("1", "a", "b", "1"),
                                row("2", "ab", "", "1"),
                                row("3", null, "null", "1"),
                                row("4", "null", null, "1"))
                        .map(row -> content(mapping, change(Operation.INSERT, Row.NONE, row)).key())
                        .toList();
        assertThat(keys).doesNotHaveDuplicates();
        assertThat(
                        content(
                                        mapping,
                                        change(
                                                Operation.UPDATE,
                                                Row.NONE,
                                                without("status", "1", "a", "", "5")))
                                .key())
                .isEqualTo("0/10:3");
        assertThat(content(mapping, change(Operation.DELETE, key("1"), Row.NONE)).key())
                .isEqualTo("0/10:3");
    }

    @Test
    void needsTheColumnsThatItNames() {
        assertThat(BY_STORE.needs())
                .isEqualTo(
                        new ColumnNeeds(
                                Set.of("store", "status", "id", "total"),
                                Set.of("store", "status")));
        assertThat(whole("id").needs()).isEqualTo(new ColumnNeeds(Set.of("id"), Set.of()));
    }

    @Test
    void refusesWhatCannotStand() {
        assertThatThrownBy(() -> mapping("orders {x}", ""))
                .hasMessageContaining("channel 'orders {x}'");
        assertThatThrownBy(() -> mapping("orders:{a}{b}", "")).hasMessageContaining("literal");
        assertThatThrownBy(() -> mapping("orders", "a ="))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> mapping("orders", "", "upsert"))
                .hasMessage("operation 'upsert' is none of insert, update, delete, truncate, read");
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TransactionsTest {
    private static final Table TABLE = Table.of("t");
    private static final Message.Relation RELATION =
            new Message.Relation(7, TABLE, List.of(new Column("id", 23, Column.Role.KEY)));

    private final Progress progress = new Progress(ChangeId.ZERO);
    private final List<Batch> told = new ArrayList<>();
    private int refusing;

    private Transactions connection() {
        Transactions transactions =
                new Transactions(
                        progress,
                        batch -> {
                            if (refusing > 0 && told.size() + 1 == refusing) {
                                throw new IllegalStateException("planted");
                            }
                            told.add(batch);
                        },
                        new FollowedTables(Settings.of("jdbc:postgresql:x", "x", ""), Map.of()),
                        2);
        transactions.accept(RELATION);
        return transactions;
    }

    private static Message.Begin begin(long commit) {
        return new Message.Begin(commit, Instant.EPOCH, 1);
    }

    private static Message insert(int id) {
        return new Message.Insert(7, List.of(Value.of("" + id)));
    }

    private static void send(Transactions transactions, long commit, int rows) {
        transactions.accept(begin(commit));
        for (int i = 1; i <= rows; i++) {
            transactions.accept(insert(i));
        }
        transactions.accept(new Message.Commit(commit, commit + 8));
    }

    private List<List<String>> ids() {
        return told.stream()
                .map(b -> b.changes().stream().map(c -> c.id().toString()).toList())
                .toList();
    }

    @Test
    void onlyTheLastBatchOfATransactionSaysSo() {
        send(connection(), 16, 4);
        assertThat(ids()).containsExactly(List.of("0/10:1", "0/10:2"), List.of("0/10:3", "0/10:4"));
        assertThat(told).extracting(Batch::part).containsExactly(Batch.Part.MORE, Batch.Part.LAST);
        assertThat(progress.transactions()).isEqualTo(1);
        assertThat(progress.changes()).isEqualTo(4);
    }

    @Test
    void anEmptyTransactionIsConfirmedAndNotTold() {
        Transactions transactions = connection();
        transactions.accept(begin(16));
        assertThat(transactions.inOne()).isTrue();
        assertThat(transactions.accept(new Message.Commit(16, 48))).isEqualTo(48);
        assertThat(transactions.inOne()).isFalse();
        assertThat(told).isEmpty();
    }

    @Test
    void aTransactionThatComesAgainIsNotToldTwice() {
        send(connection(), 16, 3);
        send(connection(), 16, 3);
        send(connection(), 32, 1);
        assertThat(ids())
                .containsExactly(List.of("0/10:1", "0/10:2"), List.of("0/10:3"), List.of("0/20:1"));
    }

    @Test
    void aTransactionThatBrokeOffGoesOnWhereTheListenerWas() {
        Transactions broken = connection();
        broken.accept(begin(16));
        for (int i = 1; i <= 3; i++) {
            broken.accept(insert(i));
        }
        send(connection(), 16, 5);
        assertThat(ids())
                .containsExactly(
                        List.of("0/10:1", "0/10:2"),
                        List.of("0/10:3", "0/10:4"),
                        List.of("0/10:5"));
    }

    @Test
    void anEndThatWasMissedIsToldWithoutChanges() {
        refusing = 2;
        Transactions broken = connection();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> send(broken, 16, 3));
        refusing = 0;
        progress.told(
                new Batch(
                        List.of(
                                new Change(
                                        TABLE,
                                        Operation.INSERT,
                                        Row.NONE,
                                        Row.NONE,
                                        new ChangeId(16, 3),
                                        1,
                                        Instant.EPOCH)),
                        Batch.Part.MORE),
                16);
        send(connection(), 16, 3);
        assertThat(told.getLast().changes()).isEmpty();
        assertThat(told.getLast().part()).isEqualTo(Batch.Part.LAST);
        send(connection(), 16, 3);
        assertThat(told).hasSize(2);
    }

    @Test
    void messagesThatCannotFollowEachOtherAreRefused() {
        Transactions transactions = connection();
        refused(() -> transactions.accept(insert(1)));
        refused(() -> transactions.accept(new Message.Commit(16, 24)));
        transactions.accept(begin(16));
        refused(() -> transactions.accept(begin(32)));
        refused(() -> transactions.accept(new Message.Commit(32, 40)));
        refused(() -> transactions.accept(new Message.Insert(8, List.of())));
        refused(() -> transactions.accept(new Message.Insert(7, List.of())));
    }

    private static void refused(Runnable call) {
        assertThatExceptionOfType(MalformedMessage.class).isThrownBy(call::run);
    }
}

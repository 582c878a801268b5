// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is large is not slow: only a client that does not read is.
class LargeMessagesTest {
    private static final ChannelRules OPEN =
            ChannelRules.DEFAULT
                    .history(100, Duration.ofHours(1))
                    .presence(ChannelRules.Presence.TRACKED, Duration.ZERO);
    private static final int OUTBOX = 100_000;
    private static final String LARGE = "x".repeat(3 * OUTBOX);

    private final House house = House.with(OPEN).limits(Limits.DEFAULT.outbox(OUTBOX));

    @Test
    void aClientThatReadsIsSentWhatIsLargerThanTheOutbox() {
        MemoryTransport ada = house.connect("ada");
        ada.stall();
        for (int message = 0; message < 3; message++) {
            ada.session().send(LARGE);
        }
        house.loop.runAll();
        for (int second = 0; second < 60; second++) {
            assertThat(ada.closed()).isNull();
            ada.read(15_000);
            ada.session().heard();
            house.pass(Duration.ofSeconds(1));
        }
        assertThat(ada.closed()).isNull();
        assertThat(ada.take()).filteredOn(line -> line.startsWith("message")).hasSize(3);
    }

    @Test
    void aClientThatReadsNothingIsTooSlowAfterTenSeconds() {
        MemoryTransport ada = house.connect("ada");
        ada.stall();
        ada.session().send(LARGE);
        house.loop.runAll();
        house.pass(Duration.ofSeconds(9));
        assertThat(ada.closed()).isNull();
        ada.read(9_000);
        house.pass(Duration.ofSeconds(3));
        assertThat(ada.closed()).isEqualTo(Close.TOO_SLOW);
        assertThat(house.hub.counts().slowClosed()).isEqualTo(1);
    }

    @Test
    void commandsAreRefusedWhileFourOutboxesWait() {
        MemoryTransport ada = house.connect("ada");
        ada.stall();
        ada.session().send(LARGE);
        ada.session().send(LARGE);
        house.loop.runAll();
        house.receive(ada, new Command.Ping(7));
        house.receive(ada, new Command.Pong());
        house.loop.runAll();
        assertThat(ada.take()).last().isEqualTo("7 refused too_many_requests outbox");
        ada.drain();
        house.receive(ada, new Command.Ping(8));
        house.loop.runAll();
        assertThat(ada.take()).containsExactly("8 pong");
    }

    @Test
    void sixteenOutboxesEndTheSession() {
        MemoryTransport ada = house.connect("ada");
        ada.stall();
        for (int message = 0; message < 6; message++) {
            ada.session().send(LARGE);
        }
        house.loop.runAll();
        assertThat(ada.closed()).isNull();
        ada.session().send(LARGE);
        house.loop.runAll();
        assertThat(ada.closed()).isEqualTo(Close.TOO_SLOW);
    }

    @Test
    void aClientThatStillReadsWhatIsInFrontOfAPingIsNotClosedForItsPong() {
        MemoryTransport reads = house.connect("reads");
        MemoryTransport dead = house.connect("dead");
        for (MemoryTransport each : List.of(reads, dead)) {
            each.stall();
            each.session().send("x".repeat(OUTBOX - 10_000));
        }
        house.loop.runAll();
        for (int second = 0; second < 50; second++) {
            reads.read(1_500);
            house.pass(Duration.ofSeconds(1));
        }
        assertThat(dead.closed()).isEqualTo(Close.NO_PONG);
        assertThat(reads.closed()).isNull();
    }

    @Test
    void historyComesByPagesFromEitherEnd() {
        String text = "x".repeat(4_900);
        for (int n = 1; n <= 9; n++) {
            house.publish("news", n + text);
        }
        MemoryTransport ada = house.connect("ada");
        HistoryQuery newest = HistoryQuery.latest(8);
        assertThat(asked(ada, newest)).isEqualTo("9,8 next 8");
        Position at = position(8);
        assertThat(asked(ada, HistoryQuery.before(at, 6))).isEqualTo("7,6 next 6");
        assertThat(asked(ada, HistoryQuery.before(at, 2))).isEqualTo("7,6");
        assertThat(asked(ada, HistoryQuery.since(at, 100))).isEqualTo("9");
        assertThat(asked(ada, HistoryQuery.since(position(5), 100))).isEqualTo("6,7 next 7");
        assertThat(asked(ada, HistoryQuery.before(new Position("over", 3, ""), 2)))
                .isEqualTo("refused bad_request before");
    }

    private String asked(MemoryTransport client, HistoryQuery query) {
        house.receive(client, new Command.History(5, "news", query));
        house.loop.runAll();
        return client.take().getLast().replaceAll("xx+", "").replaceFirst("^5 (history )?", "");
    }

    private Position position(long offset) {
        History.Entries all =
                (History.Entries)
                        house.hub
                                .channel("news")
                                .history(HistoryQuery.latest(100))
                                .toCompletableFuture()
                                .join();
        return all.publications().stream()
                .filter(each -> each.offset() == offset)
                .findFirst()
                .orElseThrow()
                .position(all.top().epoch());
    }

    @Test
    void presenceComesByPages() {
        int members = 200;
        for (int n = 0; n < members; n++) {
            house.subscribe(house.connect(String.format("u%03d", n)), "news");
        }
        MemoryTransport ada = house.connect("ada");
        List<String> seen = new ArrayList<>();
        String after = null;
        int pages = 0;
        do {
            house.receive(ada, new Command.Presence(5, "news", after));
            house.loop.runAll();
            String[] reply = ada.take().getLast().substring("5 presence ".length()).split(" ", -1);
            seen.addAll(List.of(reply[0].split(",", -1)));
            after = reply.length > 1 ? reply[2] : null;
            pages++;
        } while (after != null);
        assertThat(pages).isGreaterThan(2);
        assertThat(seen).hasSize(members).isSorted().doesNotHaveDuplicates();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.Position;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A channel whose history begins anew: everybody who listens is told, whatever it was doing.
final class ResetTest {
    private static final ChannelRules KEPT =
            ChannelRules.DEFAULT
                    .history(100, Duration.ofMinutes(10))
                    .subscribe(Access.anyone())
                    .publish(Access.anyone());
    private static final ChannelRules UNKEPT = KEPT.history(0, Duration.ZERO);

    @Test
    void whoListensIsSentAGapAtOnce() {
        House house = House.with(KEPT);
        MemoryTransport ada = listening(house, "ada");
        house.publish("news", "one");
        house.loop.runAll();
        ada.take();
        Position beginning = reset(house);
        house.loop.runAll();
        assertThat(ada.take()).containsExactly(gap(1, beginning));
        house.publish("news", "two");
        house.loop.runAll();
        assertThat(ada.take()).singleElement().asString().contains(" 1 ").endsWith(" 0 two");
        assertThat(house.hub.counts().gaps()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsPublishedRightAfterAResetIsNotSwallowedByItsGap(ChannelRules.Lagging lagging) {
        for (ChannelRules rules : List.of(KEPT, UNKEPT)) {
            House house = House.with(rules.lagging(lagging));
            MemoryTransport ada = listening(house, "ada");
            house.publish("news", "old");
            Position beginning = reset(house);
            house.publish("news", keyed("a"));
            house.publish("news", keyed("b"));
            house.loop.runAll();
            List<String> lines = ada.take();
            assertThat(lines.getFirst()).isEqualTo(gap(0, beginning));
            assertThat(texts(lines)).containsExactly("a", "b");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoCouldNotTakeWhatWasSentIsToldWhenItCan(ChannelRules.Lagging lagging) {
        House house = House.with(KEPT.lagging(lagging));
        MemoryTransport ada = listening(house, "ada");
        ada.stall();
        house.publish("news", keyed("a"));
        house.loop.runAll();
        Position beginning = reset(house);
        house.loop.runAll();
        house.publish("news", keyed("b"));
        house.loop.runAll();
        assertThat(ada.take()).isEmpty();
        ada.drain();
        house.loop.runAll();
        List<String> lines = ada.take();
        assertThat(lines.getFirst()).startsWith("gap news 0 " + beginning.epoch() + " 0 ");
        assertThat(texts(lines)).containsExactly("b");
    }

    @Test
    void whoReturnsIsNotRecovered() {
        House house = House.with(KEPT);
        house.publish("news", "one");
        Position last = reset(house);
        reset(house);
        house.publish("news", "two");
        MemoryTransport ada = house.connect("ada");
        house.resume(ada, "news", last);
        house.loop.runAll();
        assertThat(ada.take()).singleElement().asString().endsWith(" NO");
    }

    @Test
    void whoWaitsForASnapshotIsToldAfterIt() {
        House house = House.with(UNKEPT);
        MemoryTransport ada = house.connect("ada");
        house.loop.in(() ->
                ada.session()
                        .subscribe(
                                "news",
                                () -> {
                                    reset(house);
                                    house.publish("news", "after");
                                    return keyed("snapshot");
                                }));
        eventually(() -> {
            house.loop.runAll();
            assertThat(house.hub.counts().gaps()).isEqualTo(1);
        });
        assertThat(ada.take().toString())
                .matches(".*subscribed.*message snapshot.*gap news 0 .*after.*");
    }

    @Test
    void anotherChannelIsNotTouched() {
        House house = House.with(KEPT);
        MemoryTransport ada = listening(house, "ada");
        house.hub.channel("other").reset().toCompletableFuture().join();
        house.publish("news", "one");
        house.loop.runAll();
        assertThat(ada.take()).singleElement().asString().endsWith(" one");
    }

    private static MemoryTransport listening(House house, String user) {
        MemoryTransport transport = house.connect(user);
        house.subscribe(transport, "news");
        house.loop.runAll();
        transport.take();
        return transport;
    }

    private static Position reset(House house) {
        return house.hub.channel("news").reset().toCompletableFuture().join();
    }

    private static String gap(long from, Position to) {
        return "gap news " + from + " " + to.epoch() + " " + to.offset() + " " + to.tag();
    }

    private static List<String> texts(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("publication"))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .toList();
    }

    /// A key of its own, so that nothing stands for anything else.
    private static Content keyed(String text) {
        return Content.of(text.getBytes(StandardCharsets.UTF_8)).keyed(text);
    }
}

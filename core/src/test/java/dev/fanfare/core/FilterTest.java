// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.Position;
import dev.fanfare.testkit.DeliveryChecker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Filters on subscriptions. [DeliveryTest] has them in every interleaving.
final class FilterTest {
    private static final ChannelRules OPEN =
            ChannelRules.DEFAULT
                    .history(100, Duration.ofMinutes(10))
                    .subscribe(Access.anyone())
                    .publish(Access.anyone());

    private final AtomicInteger asked = new AtomicInteger();

    /// What begins so. Equal to any other that does.
    private record Prefix(String text, AtomicInteger asked) implements Filter {
        @Override
        public boolean passes(Candidate candidate) {
            asked.incrementAndGet();
            return new String(candidate.content().data(), StandardCharsets.UTF_8).startsWith(text);
        }
    }

    private Filter prefix(String text) {
        return new Prefix(text, asked);
    }

    @Test
    void onlyWhatPassesIsSentAndEachSaysWhatPassedBeforeIt() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        house.subscribe(ada, "news", prefix("a"));
        house.loop.runAll();
        for (String text : List.of("a1", "b2", "b3", "a4", "a5")) {
            house.publish("news", text);
            house.loop.runAll();
        }
        assertThat(prevs(ada.take())).containsExactly("a1 1<0", "a4 4<1", "a5 5<4");
    }

    @Test
    void aPublicationIsJudgedOnceForAThousandSubscribers() {
        House house = House.with(OPEN);
        List<MemoryTransport> all = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            house.encoder(i % 2 == 0 ? House.LINES : new LineEncoder());
            if (i < 4) {
                house.publish("news", "a0");
            }
            MemoryTransport one = house.connect("user" + i);
            house.subscribe(one, "news", prefix("a"));
            all.add(one);
            house.loop.runAll();
        }
        asked.set(0);
        house.publish("news", "a1");
        house.loop.runAll();
        house.publish("news", "b2");
        house.loop.runAll();
        house.publish("news", "a3");
        house.loop.runAll();
        assertThat(asked).hasValue(3);
        assertThat(all).allMatch(one -> texts(one.take()).endsWith("a1 a3"));
    }

    @Test
    void whatIsHeldBackWakesNobody() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        house.subscribe(ada, "news", prefix("a"));
        house.loop.runAll();
        house.publish("news", "b1");
        assertThat(house.loop.step()).isFalse();
        MemoryTransport bob = house.connect("bob");
        house.subscribe(bob, "news", prefix("a"));
        house.loop.runAll();
        assertThat(position(bob.take().getFirst()).offset()).isEqualTo(1);
    }

    @Test
    void oneWhoWasSentWhatTheStoreThenLostIsToldByWhatIsHeldBack() {
        StepEngine engine = new StepEngine(new DeliveryChecker(), StepEngine.Fault.NONE);
        House house = new House(engine, OPEN);
        MemoryTransport ada = house.connect("ada");
        house.subscribe(ada, "news", prefix("a"));
        house.subscribe(house.connect("bob"), "news", prefix("a"));
        settle(engine, house);
        house.hub.channel("news").publish(content("a1"), null);
        settle(engine, house);
        List<String> before = ada.take();
        Position at = position(before.getFirst());
        String tag = before.getLast().split(" ", -1)[3];
        house.loop.in(() -> ada.session().closed(Close.LOST));
        house.hub.channel("news").publish(content("a2"), null);
        settle(engine, house);
        house.hub.channel("news").publish(content("a3"), null);
        engine.arriveUnannounced();
        MemoryTransport again = house.connect("ada");
        Position since = new Position(at.epoch(), 1, tag);
        house.receive(again, new Command.Subscribe(1, "news", since, prefix("a")));
        settle(engine, house);
        assertThat(prevs(again.take())).containsExactly("a2 2<1", "a3 3<2");
        engine.lose(1);
        house.hub.channel("news").publish(content("b4"), null);
        settle(engine, house);
        assertThat(again.take()).singleElement().asString().startsWith("gap news 3 ");
    }

    @Test
    void whatTheStoreLostAndTheFilterHeldBackIsNoGap() {
        StepEngine engine = new StepEngine(new DeliveryChecker(), StepEngine.Fault.NONE);
        House house = new House(engine, OPEN);
        MemoryTransport ada = house.connect("ada");
        house.subscribe(ada, "news", prefix("a"));
        settle(engine, house);
        house.hub.channel("news").publish(content("a1"), null);
        settle(engine, house);
        house.hub.channel("news").publish(content("b2"), null);
        settle(engine, house);
        ada.take();
        engine.lose(1);
        house.hub.channel("news").publish(content("a3"), null);
        settle(engine, house);
        List<String> lines = ada.take();
        assertThat(lines).hasSize(1);
        assertThat(prevs(lines)).containsExactly("a3 2<1");
    }

    private static void settle(StepEngine engine, House house) {
        Random random = new Random(1);
        boolean moved = true;
        while (moved) {
            moved = engine.arrive(random) || engine.announce() || house.loop.step();
        }
    }

    @Test
    void oneWhoComesLaterBeginsAtTheTopAndItsFirstPublicationSaysSo() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        MemoryTransport bob = house.connect("bob");
        house.subscribe(ada, "news", prefix("a"));
        house.publish("news", "a1");
        house.publish("news", "b2");
        house.subscribe(bob, "news", prefix("a"));
        house.publish("news", "b3");
        house.publish("news", "a4");
        house.publish("news", "a5");
        house.loop.runAll();
        List<String> bobs = bob.take();
        assertThat(bobs.getFirst()).startsWith("1 subscribed news").contains(" 2 ");
        assertThat(prevs(bobs)).containsExactly("a4 4<2", "a5 5<4");
        assertThat(prevs(ada.take())).containsExactly("a1 1<0", "a4 4<1", "a5 5<4");
    }

    @Test
    void oneWhoReturnsIsSentWhatPassesOfWhatItMissed() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        house.subscribe(ada, "news", prefix("a"));
        house.loop.runAll();
        Position at = position(ada.take().getFirst());
        house.loop.in(() -> ada.session().closed(Close.LOST));
        for (String text : List.of("b1", "a2", "b3", "b4", "a5", "b6")) {
            house.publish("news", text);
        }
        MemoryTransport again = house.connect("ada");
        house.receive(again, new Command.Subscribe(1, "news", at, prefix("a")));
        house.loop.runAll();
        house.publish("news", "b7");
        house.publish("news", "a8");
        house.loop.runAll();
        List<String> lines = again.take();
        assertThat(lines.getFirst()).endsWith(" YES");
        assertThat(prevs(lines)).containsExactly("a2 2<0", "a5 5<2", "a8 8<5");
    }

    @Test
    void aPositionThatDoesNotPassIsAsGoodAsAnyOther() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        house.publish("news", "b1");
        house.subscribe(ada, "news", prefix("b"));
        house.loop.runAll();
        Position at = position(ada.take().getFirst());
        house.loop.in(() -> ada.session().closed(Close.LOST));
        house.publish("news", "b2");
        house.publish("news", "a3");
        MemoryTransport again = house.connect("ada");
        house.receive(again, new Command.Subscribe(1, "news", at, prefix("a")));
        house.loop.runAll();
        List<String> lines = again.take();
        assertThat(lines.getFirst()).endsWith(" YES");
        assertThat(prevs(lines)).containsExactly("a3 3<1");
    }

    @Test
    void oneWhoWasSentTheLastThatPassedHasMissedNothing() {
        House house = House.with(OPEN.history(2, Duration.ofMinutes(10)));
        MemoryTransport ada = house.connect("ada");
        MemoryTransport bob = house.connect("bob");
        house.subscribe(ada, "news", prefix("a"));
        house.subscribe(bob, "news", prefix("a"));
        house.publish("news", "a1");
        house.loop.runAll();
        List<String> before = ada.take();
        String[] words = before.getLast().split(" ", -1);
        Position last = new Position(position(before.getFirst()).epoch(), 1, words[3]);
        for (int i = 0; i < 10; i++) {
            house.publish("news", "b");
        }
        house.loop.runAll();
        house.loop.in(() -> ada.session().closed(Close.LOST));
        MemoryTransport again = house.connect("ada");
        house.receive(again, new Command.Subscribe(1, "news", last, prefix("a")));
        house.publish("news", "a12");
        house.loop.runAll();
        List<String> lines = again.take();
        assertThat(lines.getFirst()).endsWith(" YES");
        assertThat(prevs(lines)).containsExactly("a12 12<1");
    }

    @Test
    void whatIsHeldBackFromOneWhoStallsIsNoGap() {
        House house =
                House.with(OPEN.history(2, Duration.ofMinutes(10)))
                        .limits(Limits.DEFAULT.outbox(1_000));
        MemoryTransport ada = house.connect("ada");
        house.subscribe(ada, "news", prefix("a"));
        house.loop.runAll();
        ada.take();
        ada.stall();
        house.publish("news", "a1");
        house.loop.runAll();
        for (int i = 0; i < 2_000; i++) {
            house.publish("news", "b");
            house.loop.runAll();
        }
        house.publish("news", "a2002");
        house.loop.runAll();
        ada.drain();
        house.publish("news", "a2003");
        house.loop.runAll();
        assertThat(ada.closed()).isNull();
        assertThat(prevs(ada.take())).containsExactly("a1 1<0", "a2002 2002<1", "a2003 2003<2002");
        assertThat(house.hub.counts().gaps()).isZero();
    }

    @Test
    void theLatestOfEachKeyIsTheLatestThatPasses() {
        House house = House.with(OPEN.lagging(ChannelRules.Lagging.LATEST));
        MemoryTransport slow = house.connect("slow");
        house.subscribe(slow, "price", prefix("a"));
        house.loop.runAll();
        slow.take();
        slow.stall();
        house.publish("price", content("a1").keyed("eth"));
        house.publish("price", content("a2").keyed("eth"));
        house.publish("price", content("b3").keyed("eth"));
        house.publish("price", content("a4").keyed("btc"));
        house.loop.runAll();
        slow.drain();
        house.publish("price", content("a5").keyed("btc"));
        house.loop.runAll();
        assertThat(prevs(slow.take())).containsExactly("a2 2<0", "a4 4<2", "a5 5<4");
    }

    @Test
    void oneWhoIsExceptedAndFilteredIsLeftOutOnce() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        house.subscribe(ada, "news", prefix("a"));
        house.publish("news", "a1");
        house.publish("news", content("a2").except(ada.session().id()));
        house.publish("news", "b3");
        house.publish("news", "a4");
        house.loop.runAll();
        house.publish("news", "a5");
        house.loop.runAll();
        assertThat(prevs(ada.take())).containsExactly("a1 1<0", "a4 4<1", "a5 5<4");
    }

    @Test
    void joinsAndLeavesAreNotFiltered() {
        House house = House.with(OPEN.presence());
        MemoryTransport ada = house.connect("ada");
        house.subscribe(ada, "room", prefix("nothing"));
        MemoryTransport bob = house.connect("bob");
        house.subscribe(bob, "room");
        house.loop.runAll();
        assertThat(ada.take()).contains("join room bob");
    }

    @Test
    void oneFilterTooManyIsRefusedByName() {
        House house = House.with(OPEN);
        for (int i = 0; i < LiveChannel.MOST_FILTERS; i++) {
            house.subscribe(house.connect("user" + i), "news", prefix("a" + i));
        }
        MemoryTransport late = house.connect("late");
        house.subscribe(late, "news", prefix("b"));
        house.subscribe(late, "news", prefix("a7"));
        house.loop.runAll();
        List<String> lines = late.take();
        assertThat(lines.getFirst()).isEqualTo("1 refused limit_exceeded filters");
        assertThat(lines.getLast()).startsWith("1 subscribed news");
        assertThat(house.hub.counts().subscriptions()).isEqualTo(LiveChannel.MOST_FILTERS + 1);
    }

    @Test
    void aFilterThatNobodyHasAnyMoreMakesRoom() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        house.subscribe(house.connect("bob"), "news");
        for (int i = 0; i < 2 * LiveChannel.MOST_FILTERS; i++) {
            house.subscribe(ada, "news", prefix("a" + i));
            house.receive(ada, new Command.Unsubscribe(2, "news"));
        }
        house.loop.runAll();
        assertThat(ada.take()).noneMatch(line -> line.contains("refused"));
        asked.set(0);
        house.publish("news", "a");
        house.loop.runAll();
        assertThat(asked).hasValue(0);
    }

    @Test
    void theRulesMayRefuseFiltersButNotThoseOfTheServersOwnCode() {
        House house = House.with(OPEN.filters(ChannelRules.Filters.REFUSED));
        MemoryTransport ada = house.connect("ada");
        house.subscribe(ada, "news", prefix("a"));
        assertThat(ada.session()).isNotNull();
        CompletableFuture<Position> live =
                ada.session().subscribe("news", prefix("a")).toCompletableFuture();
        house.loop.runAll();
        assertThat(live).isCompleted();
        house.publish("news", "a1");
        house.publish("news", "b2");
        house.loop.runAll();
        List<String> lines = ada.take();
        assertThat(lines.getFirst()).isEqualTo("1 refused not_enabled filter");
        assertThat(texts(lines)).isEqualTo("a1");
    }

    @Test
    void aFilterThatFailsHoldsBackAndTouchesNobodyElse() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        MemoryTransport bob = house.connect("bob");
        house.subscribe(
                ada,
                "news",
                _ -> {
                    throw new IllegalStateException("planted");
                });
        house.subscribe(bob, "news");
        house.publish("news", "one");
        house.loop.runAll();
        assertThat(texts(ada.take())).isEmpty();
        assertThat(texts(bob.take())).isEqualTo("one");
    }

    @Test
    void whatFiltersReadIsReadOnce() {
        AtomicInteger read = new AtomicInteger();
        Candidate candidate = new Candidate(content("text"));
        for (int i = 0; i < 3; i++) {
            String text =
                    candidate.as(
                            String.class,
                            content -> {
                                read.incrementAndGet();
                                return new String(content.data(), StandardCharsets.UTF_8);
                            });
            assertThat(text).isEqualTo("text");
        }
        assertThat(read).hasValue(1);
        assertThatThrownBy(() ->
                        candidate.as(
                                Integer.class,
                                _ -> {
                                    throw new IllegalArgumentException("planted");
                                }))
                .hasMessage("planted");
    }

    private static Content content(String text) {
        return Content.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String texts(List<String> lines) {
        return String.join(" ", publications(lines).map(words -> words[5]).toList());
    }

    private static List<String> prevs(List<String> lines) {
        return publications(lines)
                .map(words -> words[5] + " " + words[2] + "<" + words[4])
                .toList();
    }

    private static java.util.stream.Stream<String[]> publications(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("publication "))
                .map(line -> line.split(" ", 6));
    }

    private static Position position(String line) {
        String[] words = line.split(" ", -1);
        return new Position(words[3], Long.parseLong(words[4]), words[5]);
    }
}

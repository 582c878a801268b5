// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.Position;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class HubTest {
    private static final ChannelRules OPEN =
            ChannelRules.DEFAULT
                    .history(100, Duration.ofMinutes(10))
                    .subscribe(Access.anyone())
                    .publish(Access.anyone());

    @Test
    void aPublicationReachesEverySubscriberOnceAndInOrder() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        MemoryTransport bob = house.connect("bob");
        house.subscribe(ada, "news");
        house.subscribe(bob, "news");
        house.publish("news", "one");
        house.publish("news", "two");
        house.loop.runAll();
        assertThat(texts(ada.take())).containsExactly("one", "two");
        assertThat(texts(bob.take())).containsExactly("one", "two");
    }

    @Test
    void everythingOfATurnIsFlushedOnce() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        house.subscribe(ada, "a");
        house.subscribe(ada, "b");
        house.loop.runAll();
        int before = ada.flushes();
        house.publish("a", "1");
        house.publish("b", "2");
        house.publish("a", "3");
        house.loop.runAll();
        assertThat(ada.flushes()).isEqualTo(before + 1);
        assertThat(texts(ada.take())).containsExactlyInAnyOrder("1", "2", "3");
    }

    @Test
    void refusesIdempotencyKeyOfAnotherPublication() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        house.receive(ada, publish(1, "one"));
        house.receive(ada, publish(2, "two"));
        house.receive(ada, publish(3, "one"));
        house.loop.runAll();
        List<String> answers = ada.take();
        assertThat(answers.get(0)).startsWith("1 published ");
        assertThat(answers.get(1)).startsWith("2 refused conflict");
        assertThat(answers.get(2)).isEqualTo(answers.get(0).replaceFirst("1", "3"));
    }

    private static Command publish(long id, String text) {
        return new Command.Publish(
                id, "news", "created", text.getBytes(StandardCharsets.UTF_8), "key");
    }

    @Test
    void theOneWhoIsExceptedIsLeftOutAndItsNextPublicationSaysWhatCameBefore() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        MemoryTransport bob = house.connect("bob");
        house.subscribe(ada, "news");
        house.subscribe(bob, "news");
        house.publish("news", "one");
        house.publish("news", content("two").except(ada.session().id()));
        house.publish("news", "three");
        house.loop.runAll();
        assertThat(prevs(ada.take())).containsExactly("1<0", "3<1");
        assertThat(prevs(bob.take())).containsExactly("1<0", "2<1", "3<2");
        house.publish("news", "four");
        house.loop.runAll();
        assertThat(prevs(ada.take())).containsExactly("4<3");
    }

    @Test
    void oneWhoseLastPublicationWasExceptedIsToldOfTheHoleLater() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        house.subscribe(ada, "news");
        house.publish("news", content("one").except(ada.session().id()));
        house.loop.runAll();
        house.publish("news", "two");
        house.loop.runAll();
        assertThat(prevs(ada.take())).containsExactly("2<0");
    }

    @Test
    void oneWhoStallsCatchesUpFromTheLog() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        house.subscribe(ada, "news");
        house.loop.runAll();
        ada.take();
        ada.stall();
        for (int i = 1; i <= 50; i++) {
            house.publish("news", "n" + i);
            house.loop.runAll();
        }
        assertThat(ada.take()).isEmpty();
        ada.drain();
        assertThat(texts(ada.take())).hasSize(50).startsWith("n1").endsWith("n50");
    }

    @Test
    void oneWhoIsTooSlowIsToldToComeBack() {
        House house = House.with(OPEN).limits(Limits.DEFAULT.outbox(1_000));
        MemoryTransport slow = house.connect("slow");
        MemoryTransport quick = house.connect("quick");
        house.subscribe(slow, "news");
        house.subscribe(quick, "news");
        house.loop.runAll();
        slow.stall();
        for (int i = 0; i < 50; i++) {
            house.publish("news", "a publication of some length");
            house.loop.runAll();
        }
        assertThat(slow.closed()).isEqualTo(Close.TOO_SLOW);
        assertThat(texts(quick.take())).hasSize(50);
        assertThat(house.hub.counts().slowClosed()).isEqualTo(1);
        assertThat(house.hub.counts().subscriptions()).isEqualTo(1);
    }

    @Test
    void oneWhoSkipsIsToldTheExactGap() {
        House house =
                House.with(OPEN.lagging(ChannelRules.Lagging.SKIP))
                        .limits(Limits.DEFAULT.outbox(1_000));
        MemoryTransport slow = house.connect("slow");
        house.subscribe(slow, "news");
        house.publish("news", "seen");
        house.loop.runAll();
        slow.take();
        slow.stall();
        for (int i = 0; i < 50; i++) {
            house.publish("news", "a publication of some length");
            house.loop.runAll();
        }
        slow.drain();
        house.publish("news", "after");
        house.loop.runAll();
        List<String> lines = slow.take();
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).startsWith("gap news 1 ").contains(" 51 ");
        assertThat(prevs(lines)).containsExactly("52<51");
        assertThat(slow.closed()).isNull();
    }

    @Test
    void oneWhoWantsTheLatestIsSentTheNewestOfEachKey() {
        House house = House.with(OPEN.lagging(ChannelRules.Lagging.LATEST));
        MemoryTransport slow = house.connect("slow");
        house.subscribe(slow, "price");
        house.loop.runAll();
        slow.take();
        slow.stall();
        for (int i = 1; i <= 5; i++) {
            house.publish("price", content("eth" + i).keyed("eth"));
            house.publish("price", content("btc" + i).keyed("btc"));
            house.loop.runAll();
        }
        slow.drain();
        List<String> lines = slow.take();
        assertThat(texts(lines)).containsExactly("eth5", "btc5");
        assertThat(prevs(lines)).containsExactly("9<0", "10<9");
        house.publish("price", "next");
        house.loop.runAll();
        assertThat(prevs(slow.take())).containsExactly("11<10");
    }

    @Test
    void sendsWhatAPartialPublicationLacksBeforeIt() {
        House house = House.with(OPEN.lagging(ChannelRules.Lagging.LATEST));
        MemoryTransport slow = house.connect("slow");
        house.subscribe(slow, "price");
        house.loop.runAll();
        slow.take();
        slow.stall();
        house.publish("price", content("replaced").keyed("eth"));
        house.publish("price", content("whole").keyed("eth"));
        house.publish("price", content("part").keyed("eth").partial());
        house.publish("price", content("btc").keyed("btc"));
        house.publish("price", content("more").keyed("eth").partial());
        house.loop.runAll();
        slow.drain();
        List<String> lines = slow.take();
        assertThat(texts(lines)).containsExactly("whole", "part", "btc", "more");
        assertThat(prevs(lines)).containsExactly("2<0", "3<2", "4<3", "5<4");
    }

    @Test
    void oneWhoReturnsIsSentExactlyWhatItMissed() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        house.subscribe(ada, "news");
        house.publish("news", "one");
        house.loop.runAll();
        Position last = position(ada.take());
        house.loop.in(() -> ada.session().closed(Close.LOST));
        house.publish("news", "two");
        house.publish("news", "three");
        MemoryTransport again = house.connect("ada");
        house.resume(again, "news", last);
        house.loop.runAll();
        List<String> lines = again.take();
        assertThat(lines.getFirst()).startsWith("1 subscribed").endsWith(" YES");
        assertThat(texts(lines)).containsExactly("two", "three");
        house.publish("news", "four");
        house.loop.runAll();
        assertThat(prevs(again.take())).containsExactly("4<3");
    }

    @Test
    void oneWhoReturnsWithAnotherTagIsToldThatItIsNotRecovered() {
        House house = House.with(OPEN);
        house.publish("news", "one");
        house.publish("news", "two");
        MemoryTransport ada = house.connect("ada");
        house.subscribe(ada, "news");
        house.loop.runAll();
        Position top = position(ada.take());
        MemoryTransport again = house.connect("ada");
        house.resume(again, "news", new Position(top.epoch(), 1, "forged"));
        house.loop.runAll();
        assertThat(again.take()).singleElement().asString().endsWith(" NO");
    }

    @Test
    void aReturnThatTheEngineCannotAnswerIsRefusedAndLeavesNothingBehind() {
        House house = new House(new Forgetful(), OPEN);
        MemoryTransport ada = house.connect("ada");
        house.resume(ada, "news", new Position("e", 1, "t"));
        house.loop.runAll();
        assertThat(ada.take()).containsExactly("1 refused unavailable engine");
        assertThat(house.hub.counts().subscriptions()).isZero();
        assertThat(house.hub.counts().channels()).isZero();
    }

    @Test
    void aSnapshotComesBeforeWhatIsPublishedWhileItIsRead() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        house.loop.in(() ->
                ada.session()
                        .subscribe(
                                "news",
                                () -> {
                                    house.publish("news", "during");
                                    return content("snapshot");
                                }));
        List<String> lines = new ArrayList<>();
        eventually(() -> {
            house.loop.runAll();
            lines.addAll(ada.take());
            assertThat(lines.toString()).matches(".*subscribed.*message snapshot.*during.*");
        });
    }

    @Test
    void whatASnapshotHoldsIsNotSentAfterIt() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        house.loop.in(() -> ada.session().subscribe("news", new Reaching(house)));
        List<String> lines = new ArrayList<>();
        eventually(() -> {
            house.loop.runAll();
            lines.addAll(ada.take());
            assertThat(lines.toString()).contains("message snapshot", "newer");
        });
        assertThat(lines.toString()).doesNotContain("held");
        house.publish("news", "later");
        house.loop.runAll();
        assertThat(ada.take()).singleElement().asString().contains("later");
    }

    @Test
    void whoWaitsForASnapshotIsNotTooSlow() {
        House house = House.with(OPEN).limits(Limits.DEFAULT.outbox(1_000));
        MemoryTransport ada = house.connect("ada");
        house.loop.in(() ->
                ada.session()
                        .subscribe(
                                "news",
                                () -> {
                                    for (int i = 1; i <= 200; i++) {
                                        house.publish("news", "during " + i);
                                    }
                                    return content("snapshot");
                                }));
        List<String> lines = new ArrayList<>();
        eventually(() -> {
            house.loop.runAll();
            lines.addAll(ada.take());
            assertThat(lines.toString()).contains("message snapshot", "during 200");
        });
        assertThat(lines.stream().filter(line -> line.contains("during"))).hasSize(200);
        assertThat(ada.session().connected()).isTrue();
    }

    /// Holds what was published before it was read, and not what came after.
    private static final class Reaching implements Snapshot {
        private final House house;
        private @Nullable Position reaches;

        Reaching(House house) {
            this.house = house;
        }

        @Override
        public Content read() {
            house.publish("news", "held 1");
            reaches =
                    house.hub
                            .channel("news")
                            .publish(content("held 2"), null)
                            .toCompletableFuture()
                            .join()
                            .position();
            house.publish("news", "newer");
            return content("snapshot");
        }

        @Override
        public @Nullable Position reaches() {
            return reaches;
        }
    }

    @Test
    void whatIsNotPermittedIsRefusedByName() {
        House house = House.with(OPEN.publish(Access.nobody()));
        MemoryTransport ada = house.connect("ada");
        house.receive(ada, new Command.Publish(7, "news", null, new byte[0], null));
        house.receive(ada, new Command.Subscribe(8, "no such channel", null));
        house.receive(ada, new Command.Subscribe(9, "un:known", null));
        house.receive(ada, new Command.Unsubscribe(10, "news"));
        house.receive(ada, new Command.Send(11, "nothing", new byte[0]));
        house.loop.runAll();
        assertThat(ada.take())
                .containsExactly(
                        "7 refused permission_denied channel",
                        "8 refused bad_request channel",
                        "9 refused unknown_channel channel",
                        "10 refused not_subscribed channel",
                        "11 refused unknown_handler handler");
    }

    @Test
    void aLimitIsNamed() {
        House house =
                House.with(OPEN)
                        .limits(
                                Limits.DEFAULT
                                        .connections(2)
                                        .channels(1)
                                        .rate(new Limits.Rate(2, 3, 100)));
        MemoryTransport ada = house.connect("ada");
        house.subscribe(ada, "a");
        house.subscribe(ada, "b");
        house.receive(ada, new Command.Ping(3));
        house.receive(ada, new Command.Ping(4));
        house.loop.runAll();
        assertThat(ada.take().subList(1, 4))
                .containsExactly(
                        "1 refused limit_exceeded channels",
                        "3 pong",
                        "4 refused too_many_requests commands");
        house.connect("ada");
        assertThat(house.connect("ada").closed()).isEqualTo(Close.TOO_MANY_CONNECTIONS);
    }

    @Test
    void whoSaysNothingIsClosedAndSoIsWhoSaysAnythingButConnect() {
        House house = House.with(OPEN);
        MemoryTransport silent = house.open();
        MemoryTransport rude = house.open();
        house.receive(rude, new Command.Ping(1));
        assertThat(rude.take()).first().isEqualTo("1 refused not_connected null");
        assertThat(rude.closed()).isEqualTo(Close.BAD_COMMANDS);
        house.pass(Duration.ofSeconds(12));
        assertThat(silent.closed()).isEqualTo(Close.NO_CONNECT);
    }

    @Test
    void aBadCommandThatHasAnIdIsRefusedAndTheSessionLives() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        Refusal bad = Refusal.of(Refusal.Code.BAD_REQUEST, "bad");
        Refusal large = Refusal.of(Refusal.Code.MESSAGE_TOO_LARGE, "large");
        for (int id = 2; id < 22; id++) {
            house.receive(ada, new Command.Malformed(id, bad));
            house.receive(ada, new Command.Malformed(0, large));
        }
        house.loop.runAll();

        assertThat(ada.session().connected()).isTrue();
        assertThat(ada.take())
                .contains("2 refused bad_request null", "21 refused bad_request null");
    }

    @Test
    void badCommandsWithoutAnIdEndTheSessionWhenTheyComeWithinAMinute() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.connect("ada");
        Command bad = new Command.Malformed(0, Refusal.of(Refusal.Code.BAD_REQUEST, "bad"));
        for (int i = 0; i < 6; i++) {
            house.receive(ada, bad);
            house.receive(ada, new Command.Pong());
            house.pass(Duration.ofSeconds(31));
            ada.session().heard();
        }
        assertThat(ada.session().connected()).isTrue();

        house.receive(ada, bad);
        house.receive(ada, bad);
        assertThat(ada.session().connected()).isTrue();
        house.receive(ada, bad);
        assertThat(ada.closed()).isEqualTo(Close.BAD_COMMANDS);
    }

    @Test
    void whatPassesWithTimeDoesNotEndAClientForGood() {
        assertThat(Stream.of(Close.NO_CONNECT, Close.TOO_MANY_CONNECTIONS, Close.TRY_LATER))
                .allMatch(Close::reconnect);
        assertThat(Close.TOO_MANY_CONNECTIONS.retryAfter()).isEqualTo(30_000);
        assertThat(Stream.of(Close.INVALID_TOKEN, Close.BAD_COMMANDS, Close.REVOKED))
                .noneMatch(Close::reconnect);
    }

    @Test
    void whatComesWhileTheTokenIsJudgedWaits() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.open();
        house.receive(ada, new Command.Connect(1, 1, "ada"));
        house.receive(ada, new Command.Ping(2));
        assertThat(ada.take()).isEmpty();
        eventually(() -> {
            house.loop.runAll();
            assertThat(ada.session().connected()).isTrue();
        });
        assertThat(ada.take()).containsExactly("1 connected ada", "2 pong");
    }

    @Test
    void aTokenExpiresOnALiveSession() {
        House house = House.with(OPEN);
        MemoryTransport ada = house.open();
        long end = house.clock.millis() + 60_000;
        house.receive(ada, new Command.Connect(1, 1, "until:" + end + ":ada"));
        eventually(() -> {
            house.loop.runAll();
            assertThat(ada.session().connected()).isTrue();
        });
        for (int i = 0; i < 5; i++) {
            house.pass(Duration.ofSeconds(7));
            house.receive(ada, new Command.Pong());
        }
        assertThat(ada.take()).contains("expiring " + end);
        for (int i = 0; i < 6; i++) {
            house.pass(Duration.ofSeconds(7));
            house.receive(ada, new Command.Pong());
        }
        assertThat(ada.closed()).isEqualTo(Close.TOKEN_EXPIRED);
    }

    @Test
    void aSilentClientIsAskedAndThenGivenUp() {
        House house = House.with(OPEN);
        MemoryTransport dead = house.connect("dead");
        MemoryTransport live = house.connect("live");
        house.pass(Duration.ofSeconds(27));
        assertThat(dead.take()).containsExactly("ping");
        assertThat(live.take()).containsExactly("ping");
        house.receive(live, new Command.Pong());
        house.pass(Duration.ofSeconds(13));
        assertThat(dead.closed()).isEqualTo(Close.NO_PONG);
        assertThat(live.closed()).isNull();
    }

    @Test
    void whoHasNotAnsweredAPingInTimeIsNotResponsive() {
        House house = House.with(OPEN);
        MemoryTransport dead = house.connect("dead");
        MemoryTransport live = house.connect("live");
        house.pass(Duration.ofSeconds(25));
        assertThat(dead.take()).containsExactly("ping");
        assertThat(dead.session().responsive()).as("the answer may be under way").isTrue();
        house.receive(live, new Command.Pong());
        house.pass(Duration.ofSeconds(2));
        assertThat(dead.session().responsive()).isFalse();
        assertThat(live.session().responsive()).isTrue();
        house.receive(dead, new Command.Pong());
        assertThat(dead.session().responsive()).isTrue();
    }

    @Test
    void whoCameWithoutANameMaySayItLaterAndStaysWhoItIs() {
        House house = House.with(OPEN).limits(Limits.DEFAULT.connections(1));
        MemoryTransport stranger = house.open();
        house.receive(stranger, new Command.Connect(1, 1, "nobody"));
        eventually(() -> {
            house.loop.runAll();
            assertThat(stranger.session().connected()).isTrue();
        });
        house.connect("bob");
        assertThat(identify(house, stranger, "bob")).isEqualTo(Identified.FULL);
        assertThat(stranger.session().principal()).isNull();
        assertThat(identify(house, stranger, "ada")).isEqualTo(Identified.ADMITTED);
        assertThat(house.hub.user("ada").sessions()).containsExactly(stranger.session());
        assertThat(identify(house, stranger, "ada")).isEqualTo(Identified.RENEWED);
        assertThat(identify(house, stranger, "eve")).isEqualTo(Identified.ANOTHER_USER);
        assertThat(stranger.session().user()).isEqualTo("ada");
        house.loop.in(() -> stranger.session().closed(Close.LOST));
        assertThat(house.hub.user("ada").sessions()).isEmpty();
        assertThatThrownBy(() -> identify(house, stranger, "ada"))
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    private static Identified identify(House house, MemoryTransport session, String user) {
        CompletableFuture<Identified> done =
                session.session().identify(Principal.of(user)).toCompletableFuture();
        house.loop.runAll();
        return done.join();
    }

    @Test
    void whatAHandlerThrowsTouchesNobodyElse() {
        House house =
                House.with(OPEN)
                        .handlers(
                                Map.of(
                                        "fails",
                                        (_, _) -> {
                                            throw new IllegalStateException("planted");
                                        },
                                        "refuses",
                                        (_, _) -> {
                                            throw new InvalidMessage("content", "Too long.");
                                        },
                                        "echoes",
                                        (_, data) -> data));
        MemoryTransport ada = house.connect("ada");
        house.receive(ada, new Command.Send(1, "fails", bytes("x")));
        house.receive(ada, new Command.Send(2, "refuses", bytes("x")));
        house.receive(ada, new Command.Send(3, "echoes", bytes("x")));
        List<String> lines = new ArrayList<>();
        eventually(() -> {
            house.loop.runAll();
            lines.addAll(ada.take());
            assertThat(lines)
                    .containsExactly(
                            "1 refused internal null",
                            "2 refused bad_request content",
                            "3 answer x");
        });
        assertThat(ada.closed()).isNull();
    }

    @Test
    void presenceCountsUsersNotSessions() {
        House house = House.with(OPEN.presence());
        MemoryTransport watcher = house.connect("watcher");
        house.subscribe(watcher, "room");
        MemoryTransport first = house.connect("ada");
        MemoryTransport second = house.connect("ada");
        house.subscribe(first, "room");
        house.subscribe(second, "room");
        house.loop.runAll();
        assertThat(watcher.take()).containsOnlyOnce("join room ada");
        assertThat(first.take()).doesNotContain("join room ada");
        house.loop.in(() -> first.session().closed(Close.LOST));
        house.pass(Duration.ofSeconds(10));
        assertThat(watcher.take()).doesNotContain("leave room ada");
        house.loop.in(() -> second.session().closed(Close.LOST));
        house.pass(Duration.ofSeconds(3));
        assertThat(watcher.take()).doesNotContain("leave room ada");
        house.pass(Duration.ofSeconds(3));
        assertThat(watcher.take()).containsOnlyOnce("leave room ada");
    }

    @Test
    void everythingIsGivenBackWhenSessionsEnd() {
        House house = House.with(OPEN.presence());
        for (int i = 0; i < 20; i++) {
            MemoryTransport one = house.connect("user" + i % 3);
            house.subscribe(one, "room" + i % 4);
        }
        house.loop.runAll();
        house.hub.sessions().forEach(session -> session.disconnect(Close.NORMAL));
        house.loop.runAll();
        Counts counts = house.hub.counts();
        assertThat(counts.sessions()).isZero();
        assertThat(counts.users()).isZero();
        assertThat(counts.channels()).isZero();
        assertThat(counts.subscriptions()).isZero();
    }

    @Test
    void drainingTellsEverybodyToComeBack() {
        House house = House.with(OPEN);
        List<MemoryTransport> all =
                java.util.stream.IntStream.range(0, 250)
                        .mapToObj(i -> house.connect("user" + i))
                        .toList();
        var drained = house.hub.drain(Duration.ofSeconds(10)).toCompletableFuture();
        house.pass(Duration.ofSeconds(5));
        assertThat(all.stream().filter(t -> t.closed() != null).count()).isBetween(120L, 160L);
        house.pass(Duration.ofSeconds(6));
        assertThat(drained).isCompleted();
        assertThat(all).allMatch(t -> t.closed() != null && t.closed().code() == 1012);
        MemoryTransport late = house.connect("late");
        assertThat(late.session().connected()).isFalse();
        assertThat(house.hub.counts().users()).isZero();
        house.loop.runAll();
        assertThat(late.closed()).isNotNull();
    }

    @Test
    void aMessageToAUserReachesAllItsSessionsAndNoOther() {
        House house = House.with(OPEN);
        MemoryTransport first = house.connect("ada");
        MemoryTransport second = house.connect("ada");
        MemoryTransport other = house.connect("bob");
        assertThat(house.hub.user("ada").send("hello")).isCompletedWithValue(new Sent.Handed(2));
        house.loop.runAll();
        assertThat(first.take()).containsExactly("message hello");
        assertThat(second.take()).containsExactly("message hello");
        assertThat(other.take()).isEmpty();
    }

    static Content content(String text) {
        return Content.of(bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> texts(List<String> lines) {
        return publications(lines).map(words -> words[5]).toList();
    }

    private static List<String> prevs(List<String> lines) {
        return publications(lines).map(words -> words[2] + "<" + words[4]).toList();
    }

    private static java.util.stream.Stream<String[]> publications(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("publication "))
                .map(line -> line.split(" ", 6));
    }

    /// Where a client is after these lines.
    private static Position position(List<String> lines) {
        String[] subscribed = lines.getFirst().split(" ", -1);
        Position at = new Position(subscribed[3], Long.parseLong(subscribed[4]), subscribed[5]);
        for (String[] words : publications(lines).toList()) {
            at = new Position(at.epoch(), Long.parseLong(words[2]), words[3]);
        }
        return at;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.engine.Engine;
import dev.fanfare.engine.Inbox;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Messages to users who are here, away, or just coming and going.
final class InboxTest {
    private static final ChannelRules ANY = ChannelRules.DEFAULT;

    @Test
    void whatIsSentToAnAbsentUserWaitsAndIsHandedInOrderToTheFirstThatAsks() {
        House house = House.with(ANY);
        assertThat(sent(house, "one")).isEqualTo(new Sent.Waits());
        assertThat(sent(house, "two")).isEqualTo(new Sent.Waits());
        MemoryTransport first = house.connect("ada");
        MemoryTransport second = house.connect("ada");
        house.receive(first, new Command.Inbox(7));
        house.receive(second, new Command.Inbox(8));
        assertThat(lines(house, first))
                .containsExactly("7 inbox 2 0", "message one", "message two");
        assertThat(lines(house, second)).containsExactly("8 inbox 0 0");
        assertThat(sent(house, "three")).isEqualTo(new Sent.Handed(2));
        house.loop.runAll();
        assertThat(lines(house, first)).containsExactly("message three");
        assertThat(lines(house, second)).containsExactly("message three");
    }

    @Test
    void aSessionTakesMessagesAtOnceAndLeavesAloneWhatWaits() {
        House house = House.with(ANY);
        sent(house, "old");
        MemoryTransport ada = house.connect("ada");
        assertThat(sent(house, "new")).isEqualTo(new Sent.Handed(1));
        house.loop.runAll();
        assertThat(lines(house, ada)).containsExactly("message new");
    }

    @Test
    void whereMessagesAreTakenWhenAskedASessionThatHasNotAskedDoesNotCount() {
        House house = House.with(ANY).messages(Endpoint.UserMessages.WHEN_ASKED);
        MemoryTransport idle = house.connect("ada");
        assertThat(sent(house, "one")).isEqualTo(new Sent.Waits());
        MemoryTransport asking = house.connect("ada");
        CompletionStage<Inbox> opened = asking.session().openInbox();
        house.loop.runAll();
        assertThat(lines(house, asking)).containsExactly("inbox 1 0", "message one");
        assertThat(opened.toCompletableFuture().join().messages()).hasSize(1);
        assertThat(sent(house, "two")).isEqualTo(new Sent.Handed(1));
        house.loop.runAll();
        assertThat(lines(house, asking)).containsExactly("message two");
        assertThat(lines(house, idle)).isEmpty();
    }

    @Test
    void aClosedInboxAndAnEndedSessionLetMessagesWaitAgain() {
        House house = House.with(ANY);
        MemoryTransport ada = house.connect("ada");
        house.receive(ada, new Command.Inbox(1));
        ada.session().closeInbox();
        house.loop.runAll();
        assertThat(sent(house, "one")).isEqualTo(new Sent.Waits());
        house.receive(ada, new Command.Inbox(2));
        assertThat(lines(house, ada)).contains("2 inbox 1 0", "message one");
        house.loop.in(() -> ada.session().closed(Close.LOST));
        assertThat(sent(house, "two")).isEqualTo(new Sent.Waits());
    }

    @Test
    void whatWasLostOverTheBoundsIsTold() {
        House house = House.with(ANY);
        for (int i = 0; i < 103; i++) {
            sent(house, "m" + i);
        }
        house.clock.advance(Duration.ofHours(23));
        sent(house, "last");
        MemoryTransport ada = house.connect("ada");
        house.receive(ada, new Command.Inbox(1));
        assertThat(lines(house, ada))
                .hasSize(101)
                .startsWith("1 inbox 100 4", "message m4")
                .endsWith("message last");
    }

    @Test
    void aSessionWithoutAUserHasNoInbox() {
        House house = House.with(ANY);
        MemoryTransport nobody = house.open();
        house.receive(nobody, new Command.Connect(1, 1, "nobody"));
        house.receive(nobody, new Command.Inbox(3));
        eventually(() -> {
            house.loop.runAll();
            assertThat(nobody.session().connected()).isTrue();
        });
        assertThat(lines(house, nobody))
                .containsExactly("1 connected null", "3 refused not_enabled null");
        CompletionStage<Inbox> opened = nobody.session().openInbox();
        house.loop.runAll();
        assertThat(opened).isCompletedExceptionally();
    }

    @Test
    void anEngineThatCannotSayIsToldAndMessagesComeFromThenOn() {
        House house = new House(new Forgetful(), ANY).messages(Endpoint.UserMessages.WHEN_ASKED);
        MemoryTransport ada = house.connect("ada");
        assertThat(house.hub.user("ada").send("lost")).isCompletedExceptionally();
        house.receive(ada, new Command.Inbox(3));
        house.loop.runAll();
        assertThat(lines(house, ada)).containsExactly("3 refused unavailable engine");
        assertThat(sent(house, "one")).isEqualTo(new Sent.Handed(1));
        house.loop.runAll();
        assertThat(lines(house, ada)).containsExactly("message one");
    }

    @Test
    void whatWaitedIsHandedOverAsFastAsItIsReadAndTheRestWaitsForTheNextSession() {
        House house = House.with(ANY).limits(Limits.DEFAULT.outbox(300));
        String text = "x".repeat(90);
        List<String> texts = IntStream.range(0, 10).mapToObj(i -> i + text).toList();
        texts.forEach(each -> sent(house, each));
        List<String> seen = new ArrayList<>();

        MemoryTransport slow = house.connect("ada");
        slow.stall();
        house.receive(slow, new Command.Inbox(1));
        house.loop.runAll();
        seen.addAll(messages(slow.take()));
        assertThat(seen).hasSizeBetween(1, 4);
        slow.drain();
        slow.stall();
        sent(house, "behind what waited");
        house.loop.runAll();
        assertThat(slow.closed()).isNull();

        slow.close(Close.GOING_AWAY);
        house.loop.runAll();
        seen.addAll(messages(slow.take()));
        MemoryTransport next = house.connect("ada");
        house.receive(next, new Command.Inbox(1));
        house.loop.runAll();
        seen.addAll(messages(next.take()));
        assertThat(seen).containsExactlyElementsOf(texts);
    }

    @Test
    void inMemoryTheInboxesOfAllUsersTogetherAreBounded() {
        MemoryInboxes inboxes = new MemoryInboxes(2, 10);
        assertThat(put(inboxes, "a", "1234")).isEqualTo(Engine.Kept.WAITS);
        assertThat(put(inboxes, "b", "1234")).isEqualTo(Engine.Kept.WAITS);
        assertThat(put(inboxes, "c", "1")).isEqualTo(Engine.Kept.FULL);
        assertThat(put(inboxes, "a", "123")).isEqualTo(Engine.Kept.FULL);
        assertThat(put(inboxes, "a", "12")).isEqualTo(Engine.Kept.WAITS);
        inboxes.take("a", 0);
        assertThat(put(inboxes, "c", "123456")).isEqualTo(Engine.Kept.WAITS);
        inboxes.sweep(Inbox.Bounds.DEFAULT.age().multipliedBy(2).toMillis());
        assertThat(put(inboxes, "d", "1234567890")).isEqualTo(Engine.Kept.WAITS);
    }

    private static Engine.Kept put(MemoryInboxes inboxes, String user, String text) {
        return inboxes.put(
                user,
                new Inbox(List.of(new Inbox.Message(0, HubTest.content(text))), 0),
                Inbox.Bounds.DEFAULT,
                0);
    }

    @Test
    void whatIsSentWhileTheInboxIsAskedForComesBehindIt() {
        FarInbox far = new FarInbox();
        House house = far(far);
        house.hub.user("ada").send("one");
        MemoryTransport ada = house.connect("ada");
        house.receive(ada, new Command.Inbox(1));
        house.loop.runAll();
        house.hub.user("ada").send("two");
        house.loop.runAll();
        assertThat(lines(house, ada)).isEmpty();
        settle(house, far, new Random(1));
        assertThat(lines(house, ada)).containsExactly("1 inbox 1 0", "message one", "message two");
    }

    @Test
    void whatASessionAskedForAndDidNotLiveToSeeWaitsAgain() {
        FarInbox far = new FarInbox();
        House house = far(far);
        house.hub.user("ada").send("one");
        MemoryTransport gone = house.connect("ada");
        house.receive(gone, new Command.Inbox(1));
        house.loop.runAll();
        far.arrive();
        far.arrive();
        house.loop.in(() -> gone.session().closed(Close.LOST));
        settle(house, far, new Random(1));
        assertThat(messages(lines(house, gone))).isEmpty();
        MemoryTransport ada = house.connect("ada");
        house.receive(ada, new Command.Inbox(1));
        settle(house, far, new Random(1));
        assertThat(messages(lines(house, ada))).containsExactly("one");
    }

    /// The sender has seen no session, and puts; the session begins to take and asks. Whichever of
    /// the two is let in first, the message arrives.
    @Test
    void aSessionThatAsksBetweenASendersLookAndItsPutMissesNothing() throws Exception {
        CountDownLatch looked = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        House plain = House.with(ANY);
        Engine slow =
                (Engine)
                        Proxy.newProxyInstance(
                                Engine.class.getClassLoader(),
                                new Class<?>[] {Engine.class},
                                (_, method, arguments) -> {
                                    switch (method.getName()) {
                                        case "put" -> {
                                            looked.countDown();
                                            asked.await(200, TimeUnit.MILLISECONDS);
                                        }
                                        case "take" -> asked.countDown();
                                        default -> {}
                                    }
                                    return method.invoke(plain.engine, arguments);
                                });
        House house = new House(slow, ANY).messages(Endpoint.UserMessages.WHEN_ASKED);
        MemoryTransport ada = house.connect("ada");
        Thread sender = Thread.ofPlatform().start(() -> house.hub.user("ada").send("one"));
        assertThat(looked.await(10, TimeUnit.SECONDS)).isTrue();
        house.receive(ada, new Command.Inbox(1));
        house.loop.runAll();
        sender.join();
        house.loop.runAll();
        assertThat(messages(lines(house, ada))).containsExactly("one");
    }

    /// Everything in any order: who asks and who does not, messages between all steps of all that.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingIsLostDoubledOrReordered(boolean sessionsEnd) {
        long waited = 0;
        for (long seed = 0; seed < 2_000; seed++) {
            Run run = new Run(seed);
            for (int i = 0; i < 60; i++) {
                run.step(sessionsEnd);
            }
            waited += run.check(sessionsEnd);
        }
        assertThat(waited).isGreaterThan(2_000);
    }

    private static final class Run {
        final Random random;
        final long seed;
        final FarInbox far = new FarInbox();
        final House house = far(far).messages(Endpoint.UserMessages.WHEN_ASKED);
        final List<MemoryTransport> open = new ArrayList<>();
        final List<MemoryTransport> all = new ArrayList<>();
        final List<CompletionStage<Sent>> sent = new ArrayList<>();

        Run(long seed) {
            this.seed = seed;
            random = new Random(seed);
        }

        void step(boolean sessionsEnd) {
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> sent.add(house.hub.user("ada").send("" + sent.size()));
                case 3 -> {
                    MemoryTransport session = house.connect("ada");
                    open.add(session);
                    all.add(session);
                }
                case 4, 5 -> some(session -> house.receive(session, new Command.Inbox(1)));
                case 6 -> some(session -> session.session().closeInbox());
                case 7, 8 -> far.arrive();
                case 9 -> far.answer(random);
                case 10 -> house.loop.step();
                default -> {
                    if (sessionsEnd) {
                        some(session -> {
                            open.remove(session);
                            house.loop.in(() -> session.session().closed(Close.LOST));
                        });
                    }
                }
            }
        }

        private void some(java.util.function.Consumer<MemoryTransport> deed) {
            if (!open.isEmpty()) {
                deed.accept(open.get(random.nextInt(open.size())));
            }
        }

        /// @return how many messages have waited
        long check(boolean sessionsEnd) {
            settle(house, far, random);
            List<Integer> seen = new ArrayList<>();
            for (MemoryTransport session : all) {
                List<Integer> here =
                        messages(lines(house, session)).stream().map(Integer::valueOf).toList();
                assertThat(here).as("seed %d", seed).doesNotHaveDuplicates();
                if (!sessionsEnd) {
                    assertThat(here).as("seed %d", seed).isSorted();
                }
                seen.addAll(here);
            }
            CompletionStage<Inbox> left = house.engine.take("ada");
            settle(house, far, random);
            List<Integer> waiting =
                    left.toCompletableFuture().join().messages().stream()
                            .map(message ->
                                    Integer.valueOf(
                                            new String(
                                                    message.content().data(),
                                                    StandardCharsets.UTF_8)))
                            .toList();
            assertThat(waiting)
                    .as("seed %d", seed)
                    .doesNotHaveDuplicates()
                    .noneMatch(seen::contains);
            long waited = 0;
            for (int i = 0; i < sent.size(); i++) {
                boolean handed = sent.get(i).toCompletableFuture().join() instanceof Sent.Handed;
                waited += handed ? 0 : 1;
                if (!sessionsEnd || !handed) {
                    assertThat(seen.contains(i) || waiting.contains(i))
                            .as("seed %d, message %d", seed, i)
                            .isTrue();
                }
            }
            return waited;
        }
    }

    private static House far(FarInbox far) {
        House near = House.with(ANY);
        return new House(far.of(near.engine), ANY);
    }

    private static void settle(House house, FarInbox far, Random random) {
        boolean moved = true;
        while (moved) {
            moved = far.arrive() || far.answer(random) || house.loop.step();
        }
    }

    private static Sent sent(House house, String text) {
        return house.hub.user("ada").send(text).toCompletableFuture().join();
    }

    private static List<String> lines(House house, MemoryTransport transport) {
        house.loop.runAll();
        return transport.take();
    }

    private static List<String> messages(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("message "))
                .map(line -> line.substring("message ".length()))
                .toList();
    }
}

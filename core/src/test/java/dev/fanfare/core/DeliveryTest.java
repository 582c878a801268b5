// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.StepEngine.Fault;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.Position;
import dev.fanfare.testkit.DeliveryChecker;
import dev.fanfare.testkit.Recovered;
import dev.fanfare.testkit.SubscriberView;
import dev.fanfare.testkit.Violation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Thousands of seeded runs of one channel in which everything that can happen happens between any
/// two steps of everything else: publications inside each step of a subscribe, cuts inside each
/// step of a recovery, stalls, a store that forgets. What every client saw is held against the
/// oracle. A failure names its seed; the seed replays it.
final class DeliveryTest {
    private static final int ROUNDS = 10_000;
    private static final int CLIENTS = 3;
    private static final int STEPS = 120;

    /// What the subscribers want: everything, much, little, nothing.
    private static final List<Filter> FILTERS =
            List.of(
                    Filter.EVERYTHING,
                    Filter.EVERYTHING,
                    new Remainder(2, 0),
                    new Remainder(2, 1),
                    new Remainder(7, 3),
                    new Remainder(1, 1));

    /// Of the numbers of payloads.
    record Remainder(int divisor, int remainder) implements Filter {
        @Override
        public boolean passes(Candidate candidate) {
            return passes(new String(candidate.content().data(), StandardCharsets.UTF_8));
        }

        boolean passes(String payload) {
            return Integer.parseInt(payload.substring(1)) % divisor == remainder;
        }
    }

    /// Of 14: one of these passes whatever filter lets anything pass.
    private static final int[] LAST = {3, 10};

    /// What is wrong with the hub's filters.
    enum Trick {
        NONE {
            @Override
            Filter filter(Filter honest) {
                return honest;
            }
        },
        /// `prev` is the offset before it in the channel.
        FORGETS_WHAT_IT_HELD_BACK {
            @Override
            Filter filter(Filter honest) {
                return honest;
            }
        },
        LETS_PASS {
            @Override
            Filter filter(Filter honest) {
                return new Filter() {
                    @Override
                    public boolean passes(Candidate candidate) {
                        return honest.passes(candidate) || candidate.content().hashCode() % 9 == 0;
                    }
                };
            }
        },
        HOLDS_BACK {
            @Override
            Filter filter(Filter honest) {
                return new Filter() {
                    @Override
                    public boolean passes(Candidate candidate) {
                        return honest.passes(candidate) && candidate.content().hashCode() % 9 != 0;
                    }
                };
            }
        };

        abstract Filter filter(Filter honest);

        Encoder encoder() {
            return this == FORGETS_WHAT_IT_HELD_BACK ? FORGETFUL : House.LINES;
        }
    }

    private static final Encoder FORGETFUL =
            new Encoder() {
                @Override
                public byte @Nullable [] push(Push push) {
                    return House.LINES.push(
                            push instanceof Push.Delivery(var channel, var publication, _)
                                    ? new Push.Delivery(
                                            channel, publication, publication.offset() - 1)
                                    : push);
                }

                @Override
                public byte @Nullable [] reply(long id, Reply reply) {
                    return House.LINES.reply(id, reply);
                }
            };

    /// One client: its connection, when it has one, and all that it ever saw.
    private static final class Client {
        final SubscriberView view;
        final List<String> read = new ArrayList<>();
        MemoryTransport transport;
        Filter filter = Filter.EVERYTHING;
        int holes;

        Client(Run run, String name) {
            view = run.checker.subscriber(name, "news", run.promise);
            transport = run.house.connect(name);
            choose(run);
            run.house.subscribe(transport, "news", filter);
        }

        private void choose(Run run) {
            Filter chosen = FILTERS.get(run.random.nextInt(FILTERS.size()));
            if (chosen instanceof Remainder remainder) {
                view.wants(remainder::passes);
                filter = run.trick.filter(chosen);
            } else {
                view.wants(any -> true);
                filter = chosen;
            }
        }

        /// Everything that has reached the client is seen by it.
        void look() {
            transport.take().forEach(this::see);
        }

        private void see(String line) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "publication" -> {
                    long offset = Long.parseLong(words[2]);
                    long prev = Long.parseLong(words[4]);
                    holes += prev == offset - 1 ? 0 : 1;
                    view.publication(offset, words[3], prev, words[5]);
                }
                case "gap" -> view.gap(Long.parseLong(words[2]), position(words, 3));
                case "1" ->
                        view.subscribed(
                                position(words, 3),
                                switch (Reply.Recovered.valueOf(words[6])) {
                                    case NOT_ASKED -> Recovered.NOT_ASKED;
                                    case YES -> Recovered.YES;
                                    case NO -> Recovered.NO;
                                });
                default -> read.add(line);
            }
        }

        private Position position(String[] words, int at) {
            return new Position(words[at], Long.parseLong(words[at + 1]), words[at + 2]);
        }

        /// The connection is lost, with a random part of what was on its way; the client comes back
        /// where it was.
        void cut(Run run) {
            List<String> onItsWay = transport.take();
            onItsWay.subList(0, run.random.nextInt(onItsWay.size() + 1)).forEach(this::see);
            view.disconnected();
            run.house.loop.in(() -> transport.session().closed(Close.LOST));
            comeBack(run);
        }

        private void comeBack(Run run) {
            transport = run.house.connect("client");
            if (run.random.nextInt(4) == 0) {
                choose(run);
            }
            run.house.receive(transport, new Command.Subscribe(1, "news", view.position(), filter));
        }

        void mend(Run run) {
            look();
            if (transport.closed() != null) {
                view.disconnected();
                comeBack(run);
            }
            transport.drain();
        }
    }

    private static final class Run {
        final Random random;
        final DeliveryChecker checker = new DeliveryChecker();
        final StepEngine engine;
        final House house;
        final DeliveryChecker.Promise promise;
        final List<Client> clients = new ArrayList<>();
        final Trick trick;
        int published;

        Run(long seed, ChannelRules.Lagging lagging, Fault fault, Trick trick) {
            this.trick = trick;
            random = new Random(seed);
            engine = new StepEngine(checker, fault);
            promise =
                    lagging == ChannelRules.Lagging.LATEST
                            ? DeliveryChecker.Promise.LATEST
                            : DeliveryChecker.Promise.EACH;
            house =
                    new House(
                                    engine,
                                    ChannelRules.DEFAULT
                                            .history(8, Duration.ofHours(1))
                                            .subscribe(Access.anyone())
                                            .lagging(lagging))
                            .limits(Limits.DEFAULT.outbox(400).connections(1_000))
                            .encoder(trick.encoder());
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(new Client(this, "client" + i));
            }
        }

        List<Violation> play() {
            for (int i = 0; i < STEPS; i++) {
                step();
            }
            for (int i = 0; i < 20; i++) {
                settle();
            }
            for (int last : LAST) {
                published += Math.floorMod(last - published, 14);
                publish(null);
                settle();
            }
            settle();
            return checker.verify();
        }

        private void step() {
            Client client = clients.get(random.nextInt(CLIENTS));
            switch (random.nextInt(20)) {
                case 0, 1, 2 -> publish(null);
                case 3 -> {
                    client.view.excepted("p" + published);
                    publish(client.transport.session().id());
                }
                case 4, 5, 6, 7 -> engine.arrive(random);
                case 8, 9, 10 -> engine.announce();
                case 11, 12, 13, 14 -> house.loop.step();
                case 15 -> client.transport.stall();
                case 16 -> client.mend(this);
                case 17 -> client.look();
                case 18 -> client.cut(this);
                default -> {
                    switch (random.nextInt(10)) {
                        case 0, 1 -> engine.lose(1 + random.nextInt(3));
                        case 2 -> house.hub.channel("news").reset();
                        default -> {}
                    }
                }
            }
        }

        private void publish(@Nullable String except) {
            Content content =
                    Content.of(("p" + published++).getBytes(StandardCharsets.UTF_8)).except(except);
            house.hub
                    .channel("news")
                    .publish(content, null)
                    .whenComplete((_, failure) -> assertThat(failure).isNull());
        }

        /// Everything heals, and everything under way arrives.
        private void settle() {
            clients.forEach(client -> client.mend(this));
            boolean moved = true;
            while (moved) {
                moved = engine.arrive(random) || engine.announce() || house.loop.step();
            }
            clients.forEach(Client::look);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLostDoubledOrReordered(ChannelRules.Lagging lagging) {
        long delivered = 0;
        long recovered = 0;
        long told = 0;
        long holes = 0;
        for (long seed = 0; seed < ROUNDS; seed++) {
            Run run = new Run(seed, lagging, Fault.NONE, Trick.NONE);
            assertThat(run.play()).as("seed %d", seed).isEmpty();
            delivered += run.checker.counts().delivered();
            recovered += run.checker.counts().recovered();
            told += run.checker.counts().notRecovered() + run.checker.counts().gaps();
            holes += run.clients.stream().mapToInt(client -> client.holes).sum();
        }
        assertThat(holes).isGreaterThan(ROUNDS);
        assertThat(delivered).isGreaterThan(ROUNDS * 10L);
        assertThat(recovered).isGreaterThan(ROUNDS / 10);
        assertThat(told).isGreaterThan(ROUNDS / 100);
    }

    @ParameterizedTest
    @EnumSource(names = {"LATE_ANNOUNCEMENTS", "DROPPED_ANNOUNCEMENTS"})
    void anEngineThatAnnouncesTooLittleIsMadeGoodFromItsHistory(Fault fault) {
        assertThat(firstViolation(fault, Trick.NONE, ROUNDS / 10)).isEqualTo(ROUNDS / 10);
    }

    /// The control: a history without its guards, or an announcement that pretends to follow, is
    /// found out.
    @ParameterizedTest
    @EnumSource(names = {"UNTAGGED", "SHORT_PAGES", "LONG_PAGES", "FORGED_ANNOUNCEMENTS"})
    void aGuardThatIsOffIsFoundOut(Fault fault) {
        assertThat(firstViolation(fault, Trick.NONE, ROUNDS)).isLessThan(ROUNDS);
    }

    /// The control of the filters.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aFilterThatIsWrongIsFoundOut(Trick trick) {
        assertThat(firstViolation(Fault.NONE, trick, ROUNDS)).isLessThan(ROUNDS);
    }

    /// The first seed at which a promise is broken; `rounds` when none is.
    private static long firstViolation(Fault fault, Trick trick, int rounds) {
        for (long seed = 0; seed < rounds; seed++) {
            if (!new Run(seed, ChannelRules.Lagging.DISCONNECT, fault, trick).play().isEmpty()) {
                return seed;
            }
        }
        return rounds;
    }
}

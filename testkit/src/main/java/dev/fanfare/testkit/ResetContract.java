// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.engine.Clock;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.Engine;
import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import dev.fanfare.engine.PublishRequest;
import dev.fanfare.engine.Published;
import dev.fanfare.engine.Retention;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [Engine] promises of a channel whose history begins anew. See [EngineContract].
public abstract class ResetContract {
    private static final Retention TEN = new Retention(10, Duration.ofHours(1));

    protected final ManualClock clock = new ManualClock();
    private final String channel = "reset-" + UUID.randomUUID();

    /// Positions, as they were announced: a reset's has offset 0.
    private final List<Position> announced = Collections.synchronizedList(new ArrayList<>());

    private @Nullable Engine started;

    protected ResetContract() {}

    /// A new engine, not started. It is closed after the test.
    protected abstract Engine engine(Clock clock);

    @BeforeEach
    final void start() {
        started = engine(clock);
        started.start(new Scribe());
    }

    @AfterEach
    final void stop() {
        engine().close();
    }

    private Engine engine() {
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        return started;
    }

    private Position subscribe() {
        return Answers.of(engine().subscribe(channel));
    }

    private Position publish(String data) {
        return publish(data, null).position();
    }

    private Published publish(String data, @Nullable String key) {
        Content content = Content.of(data.getBytes(StandardCharsets.UTF_8));
        return Answers.of(engine().publish(new PublishRequest(channel, content, TEN, key)));
    }

    private Position reset() {
        return Answers.of(engine().reset(channel));
    }

    private History since(Position position) {
        return Answers.of(engine().history(channel, HistoryQuery.since(position, 100)));
    }

    @Test
    void dropsTheHistoryAndBeginsAnotherEpoch() {
        publish("a");
        Position last = publish("b");
        Position beginning = reset();
        assertThat(beginning.epoch()).isNotEmpty().isNotEqualTo(last.epoch());
        assertThat(beginning.offset()).isZero();
        assertThat(beginning.tag()).isEmpty();
        History kept = Answers.of(engine().history(channel, HistoryQuery.latest(100)));
        assertThat(kept).isEqualTo(new History.Entries(List.of(), beginning));
    }

    @Test
    void breaksEveryPositionOfTheEpochThatIsOver() {
        Position before = subscribe();
        Position first = publish("a");
        Position last = publish("b");
        Position beginning = reset();
        for (Position old : List.of(before, first, last)) {
            assertThat(since(old)).as("since %s", old).isEqualTo(new History.Broken(beginning));
        }
        assertThat(since(beginning)).isInstanceOf(History.Entries.class);
        publish("c");
        publish("d");
        assertThat(since(last)).isInstanceOf(History.Broken.class);
    }

    @Test
    void numbersFromOneAgainWithNothingBefore() {
        publish("a");
        publish("b");
        Position beginning = reset();
        Position first = publish("c");
        assertThat(first.epoch()).isEqualTo(beginning.epoch());
        History history = since(beginning);
        assertThat(((History.Entries) history).publications())
                .hasSize(1)
                .allSatisfy(publication -> {
                    assertThat(publication.offset()).isEqualTo(1);
                    assertThat(publication.previousTag()).isEmpty();
                    assertThat(publication.position(beginning.epoch())).isEqualTo(first);
                });
    }

    @Test
    void announcesTheResetBetweenWhatCameBeforeAndWhatComesAfter() {
        subscribe();
        List<Position> all = new ArrayList<>();
        all.add(publish("a"));
        all.add(reset());
        all.add(publish("b"));
        all.add(reset());
        all.add(reset());
        all.add(publish("c"));
        eventually(() -> assertThat(List.copyOf(announced)).isEqualTo(all));
    }

    @Test
    void announcesNoResetOfAChannelThatIsNotSubscribed() {
        subscribe();
        Answers.of(engine().unsubscribe(channel));
        Position beginning = reset();
        assertThat(subscribe()).isEqualTo(beginning);
        Position first = publish("a");
        eventually(() -> assertThat(List.copyOf(announced)).containsExactly(first));
    }

    @Test
    void namesTheChannelsThatSomebodyListensToOrMayComeBackTo() {
        String kept = channel + "-kept";
        Content content = Content.of(new byte[] {'1'});
        Answers.of(engine().publish(new PublishRequest(kept, content, TEN, null)));
        subscribe();
        assertThat(Answers.of(engine().channels(name -> name.startsWith(channel))))
                .containsExactlyInAnyOrder(channel, kept);
        assertThat(Answers.of(engine().channels(kept::equals))).containsExactly(kept);
    }

    @Test
    void doesNotPublishAgainWhatWasPublishedOnceBeforeTheReset() {
        Published first = publish("a", "key");
        Position beginning = reset();
        Published again = publish("a", "key");
        assertThat(again).isEqualTo(new Published(first.position(), Published.Novelty.REPEATED));
        assertThat(since(beginning)).isEqualTo(new History.Entries(List.of(), beginning));
    }

    @Test
    void isOneStepAmongManyPublishers() {
        int each = 200;
        int resets = 50;
        subscribe();
        List<Thread> threads = new ArrayList<>();
        for (int publisher = 0; publisher < 4; publisher++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int n = 0; n < each; n++) {
                                    publish("p");
                                }
                            }));
        }
        threads.add(
                Thread.ofPlatform()
                        .start(() -> {
                            for (int n = 0; n < resets; n++) {
                                reset();
                            }
                        }));
        threads.forEach(Answers::joined);
        eventually(() -> assertThat(announced).hasSize(4 * each + resets));
        List<List<Position>> epochs = byEpoch();
        assertThat(epochs).hasSize(resets + 1);
        for (int i = 0; i < epochs.size(); i++) {
            long from = i == 0 ? 1 : 0;
            List<Long> expected =
                    LongStream.range(from, from + epochs.get(i).size()).boxed().toList();
            assertThat(epochs.get(i)).extracting(Position::offset).isEqualTo(expected);
        }
    }

    /// The announcements in stretches of one epoch; none comes back.
    private List<List<Position>> byEpoch() {
        List<List<Position>> stretches = new ArrayList<>();
        Set<String> met = new LinkedHashSet<>();
        String epoch = "";
        for (Position position : List.copyOf(announced)) {
            if (!position.epoch().equals(epoch)) {
                epoch = position.epoch();
                assertThat(met.add(epoch)).as("epoch %s begins once", epoch).isTrue();
                stretches.add(new ArrayList<>());
            }
            stretches.getLast().add(position);
        }
        return stretches;
    }

    private final class Scribe implements Engine.Listener {
        @Override
        public void published(String from, String epoch, Publication publication) {
            announced.add(publication.position(epoch));
        }

        @Override
        public void reset(String from, Position beginning) {
            announced.add(beginning);
        }

        @Override
        public void joined(String from, Member member, String session) {}

        @Override
        public void left(String from, Member member) {}
    }
}

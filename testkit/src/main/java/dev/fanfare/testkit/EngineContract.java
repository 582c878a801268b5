// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.engine.Clock;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.Engine;
import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import dev.fanfare.engine.PublishRequest;
import dev.fanfare.engine.Published;
import dev.fanfare.engine.Retention;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [Engine] promises of publications and history; [PresenceContract] has the rest. An
/// engine's own test extends both, in ten lines each.
///
/// Each test has an engine, a clock and a channel name of its own. Answers and announcements may
/// come on any thread; everything here waits for them.
public abstract class EngineContract {
    private static final Retention TEN = new Retention(10, Duration.ofHours(1));

    protected final ManualClock clock = new ManualClock();
    private final String channel = "contract-" + UUID.randomUUID();
    private final List<Announced> announced = Collections.synchronizedList(new ArrayList<>());
    private @Nullable Engine started;

    private record Announced(String channel, String epoch, Publication publication) {}

    protected EngineContract() {}

    /// A new engine, not started. It is closed after the test.
    protected abstract Engine engine(Clock clock);

    @BeforeEach
    final void start() {
        started = engine(clock);
        started.start(
                new PublicationsOnly((name, epoch, publication) ->
                        announced.add(new Announced(name, epoch, publication))));
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

    private Published publish(int n, Retention retention) {
        return publish(channel, "p" + n, retention, null);
    }

    private Published publish(
            String to, String data, Retention retention, @Nullable String idempotencyKey) {
        return answer(engine().publish(request(to, data, retention, idempotencyKey)));
    }

    private static PublishRequest request(
            String to, String data, Retention retention, @Nullable String idempotencyKey) {
        Content content = Content.of(data.getBytes(StandardCharsets.UTF_8));
        return new PublishRequest(to, content, retention, idempotencyKey);
    }

    private static <T> T answer(CompletionStage<T> stage) {
        return Answers.of(stage);
    }

    /// Publishes 1 to `count` and returns their positions, that of number n at n; at 0 the
    /// beginning.
    private List<Position> published(int count, Retention retention) {
        List<Position> positions = new ArrayList<>();
        positions.add(answer(engine().subscribe(channel)));
        for (int n = 1; n <= count; n++) {
            positions.add(publish(n, retention).position());
        }
        return positions;
    }

    private History history(HistoryQuery query) {
        return answer(engine().history(channel, query));
    }

    private List<Publication> entries(HistoryQuery query) {
        History history = history(query);
        assertThat(history).as("history of %s", query).isInstanceOf(History.Entries.class);
        return ((History.Entries) history).publications();
    }

    private List<Long> offsets(HistoryQuery query) {
        return entries(query).stream().map(Publication::offset).toList();
    }

    private List<Long> since(Position position) {
        return offsets(HistoryQuery.since(position, 1_000));
    }

    private void isBroken(Position position) {
        assertThat(history(HistoryQuery.since(position, 1_000)))
                .as("history since %s", position)
                .isInstanceOf(History.Broken.class);
    }

    private List<Long> heard() {
        synchronized (announced) {
            return announced.stream()
                    .filter(one -> one.channel.equals(channel))
                    .map(one -> one.publication.offset())
                    .toList();
        }
    }

    @Test
    void numbersFromOneWithoutHoles() {
        List<Position> positions = published(5, TEN);
        assertThat(positions).extracting(Position::offset).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        assertThat(positions).extracting(Position::epoch).containsOnly(positions.get(0).epoch());
        assertThat(since(positions.get(0))).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void namesAnEpochBeforeAnythingIsPublished() {
        Position beginning = answer(engine().subscribe(channel));
        assertThat(beginning.epoch()).isNotEmpty();
        assertThat(beginning.offset()).isZero();
        assertThat(beginning.tag()).isEmpty();
        assertThat(since(beginning)).isEmpty();
    }

    @Test
    void givesEachEntryATagAndTheTagOfTheOneBefore() {
        List<Position> positions = published(6, TEN);
        List<Publication> all = entries(HistoryQuery.since(positions.get(0), 100));
        assertThat(all).hasSize(6);
        Set<String> tags = new HashSet<>();
        String before = "";
        for (Publication publication : all) {
            assertThat(publication.previousTag()).isEqualTo(before);
            assertThat(publication.tag()).isNotEmpty();
            assertThat(tags.add(publication.tag())).as("%s is new", publication).isTrue();
            before = publication.tag();
        }
        assertThat(all)
                .extracting(p -> p.position(positions.get(0).epoch()))
                .isEqualTo(positions.subList(1, 7));
    }

    @Test
    void givesEachEntryATimeOfItsOwnUnlessThatWouldBeASecondAhead() {
        long now = clock.millis();
        Retention all = new Retention(2_000, Duration.ofMinutes(1));
        for (int i = 0; i < 1_500; i++) {
            publish(i, all);
        }
        List<Long> times =
                entries(HistoryQuery.latest(2_000)).reversed().stream()
                        .map(Publication::time)
                        .toList();
        assertThat(times).isSorted();
        assertThat(times.subList(0, 1_000)).doesNotHaveDuplicates().startsWith(now);
        assertThat(times.getLast()).isEqualTo(now + 1_000);
    }

    @Test
    void keepsTheContentAsItWas() {
        Content content =
                Content.of("created", new byte[] {0, -1, '"', '\n'})
                        .by("ada")
                        .except("s1")
                        .keyed("k");
        Position beginning = answer(engine().subscribe(channel));
        answer(engine().publish(new PublishRequest(channel, content, TEN, null)));
        List<Publication> kept = entries(HistoryQuery.since(beginning, 10));
        assertThat(kept).extracting(Publication::content).containsExactly(content);
        assertThat(kept).extracting(Publication::time).containsExactly(clock.millis());
        eventually(() -> assertThat(announced).hasSize(1));
        assertThat(announced.get(0).publication).isEqualTo(kept.get(0));
        assertThat(announced.get(0).epoch).isEqualTo(beginning.epoch());
    }

    @Test
    void announcesInOrderUnderEightPublishers() throws InterruptedException {
        int each = 250;
        answer(engine().subscribe(channel));
        Set<Position> acknowledged = Collections.synchronizedSet(new HashSet<>());
        List<Thread> publishers = new ArrayList<>();
        for (int publisher = 0; publisher < 8; publisher++) {
            String name = "p" + publisher + "-";
            publishers.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int n = 0; n < each; n++) {
                                    acknowledged.add(
                                            publish(channel, name + n, TEN, null).position());
                                }
                            }));
        }
        for (Thread publisher : publishers) {
            publisher.join();
        }
        List<Long> all = LongStream.rangeClosed(1, 8L * each).boxed().toList();
        eventually(() -> assertThat(heard()).hasSize(all.size()));
        assertThat(heard()).isEqualTo(all);
        assertThat(acknowledged).hasSize(all.size());
    }

    @Test
    void answersASubscriptionWithTheNewestPositionAndAnnouncesWhatFollows() {
        publish(1, TEN);
        Position newest = publish(2, TEN).position();
        assertThat(answer(engine().subscribe(channel))).isEqualTo(newest);
        publish(3, TEN);
        eventually(() -> assertThat(heard()).containsExactly(3L));
    }

    @Test
    void announcesNothingAfterUnsubscribeAndAgainAfterTheNextSubscribe() {
        String fence = channel + "-fence";
        answer(engine().subscribe(channel));
        answer(engine().subscribe(fence));
        publish(1, TEN);
        eventually(() -> assertThat(heard()).containsExactly(1L));
        answer(engine().unsubscribe(channel));
        publish(2, TEN);
        publish(fence, "fence", TEN, null);
        eventually(() -> assertThat(announced).extracting(Announced::channel).contains(fence));
        assertThat(heard()).containsExactly(1L);
        assertThat(answer(engine().subscribe(channel)).offset()).isEqualTo(2);
        publish(3, TEN);
        eventually(() -> assertThat(heard()).containsExactly(1L, 3L));
    }

    @Test
    void keepsAtMostTheSize() {
        published(5, new Retention(3, Duration.ofHours(1)));
        assertThat(offsets(HistoryQuery.latest(100))).containsExactly(5L, 4L, 3L);
    }

    @Test
    void keepsNothingLongerThanTheAge() {
        Retention tenSeconds = new Retention(100, Duration.ofSeconds(10));
        publish(1, tenSeconds);
        clock.advance(Duration.ofSeconds(6));
        publish(2, tenSeconds);
        clock.advance(Duration.ofSeconds(3));
        assertThat(offsets(HistoryQuery.latest(100))).containsExactly(2L, 1L);
        clock.advance(Duration.ofSeconds(2));
        assertThat(offsets(HistoryQuery.latest(100))).containsExactly(2L);
    }

    @Test
    void answersWhatFollowsAPositionUpToTheLimit() {
        List<Position> positions = published(6, TEN);
        assertThat(since(positions.get(3))).containsExactly(4L, 5L, 6L);
        assertThat(since(positions.get(6))).isEmpty();
        assertThat(offsets(HistoryQuery.since(positions.get(1), 2))).containsExactly(2L, 3L);
        History none = history(HistoryQuery.since(positions.get(1), 0));
        assertThat(((History.Entries) none).publications()).isEmpty();
        assertThat(none.top()).isEqualTo(positions.get(6));
    }

    @Test
    void answersTheLatestFromTheEnd() {
        List<Position> positions = published(6, TEN);
        assertThat(offsets(HistoryQuery.latest(2))).containsExactly(6L, 5L);
        assertThat(history(HistoryQuery.latest(2)).top()).isEqualTo(positions.get(6));
    }

    @Test
    void answersTheLatestBeforeAPosition() {
        List<Position> positions = published(6, TEN);
        assertThat(offsets(HistoryQuery.before(positions.get(4), 2))).containsExactly(3L, 2L);
        assertThat(offsets(HistoryQuery.before(positions.get(1), 2))).isEmpty();
        HistoryQuery between =
                new HistoryQuery(
                        positions.get(2), positions.get(6), 100, HistoryQuery.Order.OLDEST_FIRST);
        assertThat(offsets(between)).containsExactly(3L, 4L, 5L);
        assertThat(history(HistoryQuery.before(new Position("another", 3, "x"), 2)))
                .isInstanceOf(History.Broken.class);
    }

    @Test
    void recoversFromTheEntryBeforeTheOldestAndNotFromTheOneBeforeThat() {
        List<Position> positions = published(8, new Retention(3, Duration.ofHours(1)));
        assertThat(since(positions.get(6))).containsExactly(7L, 8L);
        assertThat(since(positions.get(5))).containsExactly(6L, 7L, 8L);
        isBroken(positions.get(4));
        isBroken(positions.get(0));
    }

    @Test
    void recoversAtTheSameEdgeWhenEntriesGrowOld() {
        Retention tenSeconds = new Retention(100, Duration.ofSeconds(10));
        List<Position> positions = published(2, tenSeconds);
        clock.advance(Duration.ofSeconds(6));
        publish(3, tenSeconds);
        clock.advance(Duration.ofSeconds(5));
        assertThat(since(positions.get(2))).containsExactly(3L);
        isBroken(positions.get(1));
    }

    @Test
    void isBrokenForAnotherEpochAndForNone() {
        Position third = published(5, TEN).get(3);
        isBroken(new Position("another", third.offset(), third.tag()));
        isBroken(new Position("", third.offset(), third.tag()));
        isBroken(new Position("", 0, ""));
    }

    @Test
    void isBrokenForAnotherTagAndForNone() {
        List<Position> positions = published(8, new Retention(3, Duration.ofHours(1)));
        for (int n = 5; n <= 8; n++) {
            Position real = positions.get(n);
            isBroken(new Position(real.epoch(), n, "another"));
            isBroken(new Position(real.epoch(), n, ""));
            isBroken(new Position(real.epoch(), n, positions.get(n - 1).tag()));
        }
    }

    @Test
    void isBrokenBeyondTheNewest() {
        Position newest = published(2, TEN).get(2);
        isBroken(new Position(newest.epoch(), 3, newest.tag()));
        isBroken(new Position(newest.epoch(), Long.MAX_VALUE, newest.tag()));
    }

    @Test
    void tellsTheNewestPositionOfABrokenHistory() {
        Position newest = published(2, TEN).get(2);
        History broken = history(HistoryQuery.since(new Position("another", 1, "x"), 10));
        assertThat(broken.top()).isEqualTo(newest);
    }

    @Test
    void answersTheFirstPositionWhenAnIdempotencyKeyComesAgain() {
        answer(engine().subscribe(channel));
        Published first = publish(channel, "once", TEN, "key");
        publish(2, TEN);
        Published again = publish(channel, "once", TEN, "key");
        assertThat(first.novelty()).isEqualTo(Published.Novelty.NEW);
        assertThat(again.novelty()).isEqualTo(Published.Novelty.REPEATED);
        assertThat(again.position()).isEqualTo(first.position());
        publish(3, TEN);
        eventually(() -> assertThat(heard()).containsExactly(1L, 2L, 3L));
        assertThat(offsets(HistoryQuery.latest(100))).containsExactly(3L, 2L, 1L);
    }

    @Test
    void publishesNothingWhenAnIdempotencyKeyComesWithAnotherContent() {
        Content once = Content.of("created", text("once"));
        Published first = publish(once.by("ada"), "key");
        assertThat(first.novelty()).isEqualTo(Published.Novelty.NEW);
        for (Content other :
                List.of(
                        Content.of("created", text("twice")).by("ada"),
                        Content.of("updated", text("once")).by("ada"),
                        Content.of(text("once")).by("ada"),
                        once.by("eve"),
                        once)) {
            Published answer = publish(other, "key");
            assertThat(answer.novelty()).isEqualTo(Published.Novelty.CONFLICT);
            assertThat(answer.position()).isEqualTo(first.position());
        }
        assertThat(publish(once.by("ada").except("session"), "key").novelty())
                .isEqualTo(Published.Novelty.REPEATED);
        assertThat(offsets(HistoryQuery.latest(100))).containsExactly(1L);
    }

    private Published publish(Content content, String key) {
        return answer(engine().publish(new PublishRequest(channel, content, TEN, key)));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void keepsIdempotencyKeysApartByChannel() {
        Published here = publish(channel, "one", TEN, "key");
        Published there = publish(channel + "-other", "two", TEN, "key");
        Published otherKey = publish(channel, "three", TEN, "another key");
        assertThat(List.of(here, there, otherKey))
                .extracting(Published::novelty)
                .containsOnly(Published.Novelty.NEW);
    }

    @Test
    void storesOnceWhenOneKeyIsPublishedByManyAtOnce() {
        List<CompletionStage<Published>> all = Collections.synchronizedList(new ArrayList<>());
        List<Thread> publishers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            publishers.add(
                    Thread.ofPlatform()
                            .start(() ->
                                    all.add(
                                            engine().publish(
                                                            request(
                                                                    channel, "once", TEN,
                                                                    "key")))));
        }
        publishers.forEach(Answers::joined);
        List<Published> answers = all.stream().map(EngineContract::answer).toList();
        assertThat(answers)
                .extracting(Published::position)
                .hasSize(8)
                .containsOnly(answers.get(0).position());
        assertThat(answers).filteredOn(a -> a.novelty() == Published.Novelty.NEW).hasSize(1);
    }

    @Test
    void numbersAndAnnouncesWhatItDoesNotKeep() {
        List<Position> positions = published(3, Retention.NONE);
        assertThat(positions).extracting(Position::offset).containsExactly(0L, 1L, 2L, 3L);
        eventually(() -> assertThat(heard()).containsExactly(1L, 2L, 3L));
        assertThat(offsets(HistoryQuery.latest(100))).isEmpty();
        assertThat(history(HistoryQuery.latest(100)).top()).isEqualTo(positions.get(3));
        assertThat(since(positions.get(3))).isEmpty();
        isBroken(positions.get(2));
    }

    @Test
    void numbersEachChannelByItself() {
        publish(1, TEN);
        publish(2, TEN);
        assertThat(publish(channel + "-other", "first", TEN, null).position().offset())
                .isEqualTo(1);
    }
}

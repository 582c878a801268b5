// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.engine.Clock;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.Engine;
import dev.fanfare.engine.Inbox;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [Engine] promises of what waits for users. See [EngineContract].
public abstract class InboxContract {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Inbox.Bounds TEN = new Inbox.Bounds(10, 1_000, HOUR);

    protected final ManualClock clock = new ManualClock();
    private final String user = "user-" + UUID.randomUUID();
    private @Nullable Engine started;

    protected InboxContract() {}

    /// A new engine, not started. It is closed after the test.
    protected abstract Engine engine(Clock clock);

    @BeforeEach
    final void start() {
        started = engine(clock);
        started.start(new PublicationsOnly((_, _, _) -> {}));
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

    private Inbox.Message message(String text) {
        return new Inbox.Message(clock.millis(), Content.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    private CompletionStage<Engine.Kept> putting(String text, Inbox.Bounds bounds) {
        return engine().put(user, new Inbox(List.of(message(text)), 0), bounds);
    }

    private void put(String text, Inbox.Bounds bounds) {
        assertThat(Answers.of(putting(text, bounds))).isEqualTo(Engine.Kept.WAITS);
    }

    private Inbox take() {
        return Answers.of(engine().take(user));
    }

    private void waits(long lost, String... texts) {
        Inbox inbox = take();
        assertThat(texts(inbox)).containsExactly(texts);
        assertThat(inbox.lost()).as("lost").isEqualTo(lost);
    }

    private static List<String> texts(Inbox inbox) {
        return inbox.messages().stream()
                .map(message -> new String(message.content().data(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void hasNothingForOneForWhomNothingWasPut() {
        assertThat(take()).isEqualTo(Inbox.EMPTY);
    }

    @Test
    void givesWhatWasPutInItsOrderAndOnce() {
        put("a", TEN);
        put("b", TEN);
        put("c", TEN);
        waits(0, "a", "b", "c");
        waits(0);
        put("d", TEN);
        waits(0, "d");
    }

    @Test
    void keepsMessagesAsTheyWere() {
        Content content =
                Content.of("made", new byte[] {0, -1, '"'}).by("ada").except("s1").keyed("k");
        Inbox put = new Inbox(List.of(new Inbox.Message(clock.millis() - 5, content)), 0);
        Answers.of(engine().put(user, put, TEN));
        assertThat(take()).isEqualTo(put);
    }

    @Test
    void keepsUsersApart() {
        put("a", TEN);
        assertThat(Answers.of(engine().take(user + "-another"))).isEqualTo(Inbox.EMPTY);
        waits(0, "a");
    }

    @Test
    void dropsTheOldestOverTheNumberAndCountsThem() {
        Inbox.Bounds three = new Inbox.Bounds(3, 1_000, HOUR);
        for (String text : List.of("a", "b", "c", "d", "e")) {
            put(text, three);
        }
        waits(2, "c", "d", "e");
        waits(0);
    }

    @Test
    void dropsTheOldestOverTheBytesAndKeepsTheNewestWhateverItsSize() {
        Inbox.Bounds tenBytes = new Inbox.Bounds(100, 10, HOUR);
        put("aaaa", tenBytes);
        put("bbbb", tenBytes);
        put("cc", tenBytes);
        waits(0, "aaaa", "bbbb", "cc");
        put("aaaa", tenBytes);
        put("bbbb", tenBytes);
        put("ccc", tenBytes);
        waits(1, "bbbb", "ccc");
        put("aaaa", tenBytes);
        put("more than ten bytes", tenBytes);
        waits(1, "more than ten bytes");
    }

    @Test
    void dropsWhatHasWaitedTooLongAndCountsIt() {
        put("a", TEN);
        clock.advance(HOUR.minusMillis(1));
        put("b", TEN);
        clock.advance(Duration.ofMillis(1));
        waits(1, "b");
    }

    @Test
    void remembersWhatWasLostUntilNothingWasPutForTwiceTheAge() {
        put("a", TEN);
        clock.advance(HOUR.multipliedBy(2).minusMillis(1));
        waits(1);
        put("a", TEN);
        clock.advance(HOUR.multipliedBy(2));
        waits(0);
    }

    @Test
    void addsWhatIsGivenBackWithItsCount() {
        put("a", TEN);
        Inbox back = new Inbox(List.of(message("b"), message("c")), 4);
        Answers.of(engine().put(user, back, TEN));
        waits(4, "a", "b", "c");
    }

    @Test
    void carriesOutTheCallsOfOneNodeInTheirOrder() {
        List<String> texts = IntStream.range(0, 100).mapToObj(n -> "m" + n).toList();
        Inbox.Bounds many = new Inbox.Bounds(1_000, 100_000, HOUR);
        List<CompletionStage<Engine.Kept>> puts =
                texts.stream().map(text -> putting(text, many)).toList();
        CompletionStage<Inbox> first = engine().take(user);
        CompletionStage<Engine.Kept> late = putting("late", many);
        CompletionStage<Inbox> second = engine().take(user);
        assertThat(texts(Answers.of(first))).isEqualTo(texts);
        assertThat(texts(Answers.of(second))).containsExactly("late");
        assertThat(Answers.of(late)).isEqualTo(Engine.Kept.WAITS);
        puts.forEach(put -> assertThat(Answers.of(put)).isEqualTo(Engine.Kept.WAITS));
    }

    @Test
    void givesEachMessageToOneOfManyWhoAsk() {
        int each = 200;
        Inbox.Bounds all = new Inbox.Bounds(10_000, 1_000_000, HOUR);
        List<String> taken = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            String name = "p" + t + "-";
            threads.add(
                    Thread.ofPlatform()
                            .start(() ->
                                    IntStream.range(0, each).forEach(n -> put(name + n, all))));
            threads.add(
                    Thread.ofPlatform()
                            .start(() ->
                                    IntStream.range(0, each)
                                            .forEach(_ -> taken.addAll(texts(take())))));
        }
        threads.forEach(Answers::joined);
        taken.addAll(texts(take()));
        assertThat(taken).hasSize(4 * each).doesNotHaveDuplicates();
    }
}

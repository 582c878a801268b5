// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.changes.Change;
import dev.fanfare.changes.ChangeId;
import dev.fanfare.changes.Operation;
import dev.fanfare.changes.Row;
import dev.fanfare.changes.Table;
import dev.fanfare.core.Environment;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.EngineUnavailable;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Published;
import dev.fanfare.testkit.ManualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CoalescingTest {
    private static final Duration WINDOW = Duration.ofMillis(50);
    private static final Change CHANGE =
            new Change(
                    Table.of("t"),
                    Operation.UPDATE,
                    Row.NONE,
                    Row.NONE,
                    ChangeId.ZERO,
                    1,
                    Instant.EPOCH);

    /// A publication that the engine has not answered.
    private record Asked(String channel, String data, CompletableFuture<Published> answer) {
        void succeeds() {
            answer.complete(new Published(new Position("e", 1, "t"), Published.Novelty.NEW));
        }

        void fails() {
            answer.completeExceptionally(
                    new EngineUnavailable("planted", new IllegalStateException("away")));
        }

        String said() {
            return channel + " " + data;
        }
    }

    private final ManualClock clock = new ManualClock();
    private final Deque<Asked> asked = new ConcurrentLinkedDeque<>();
    private final Coalescing coalescing =
            new Coalescing(
                    WINDOW,
                    new Environment(clock, new Random(1)),
                    step -> {
                        Asked each =
                                new Asked(
                                        step.outgoing().channel(),
                                        new String(
                                                step.outgoing().content().data(),
                                                StandardCharsets.UTF_8),
                                        new CompletableFuture<>());
                        asked.add(each);
                        return each.answer();
                    });

    private static ChangeFeed.Step step(String channel, String data) {
        Content content = Content.of(data.getBytes(StandardCharsets.UTF_8));
        return new ChangeFeed.Step(CHANGE, new Outgoing(channel, content, data));
    }

    private static ChangeFeed.Step partial(String channel, String data) {
        Content content = Content.of(data.getBytes(StandardCharsets.UTF_8)).partial();
        return new ChangeFeed.Step(CHANGE, new Outgoing(channel, content, data));
    }

    private void add(ChangeFeed.Step... steps) {
        assertThat(coalescing.add(List.of(steps))).as("room for more").isCompleted();
    }

    /// The next round asks for this, and nothing else.
    private List<Asked> round(String... publications) {
        eventually(() -> {
            clock.advance(Duration.ofSeconds(5));
            assertThat(asked).extracting(Asked::said).containsExactly(publications);
        });
        List<Asked> round = List.copyOf(asked);
        asked.clear();
        return round;
    }

    @Test
    void theLatestOfAWindowStandsForAll() {
        add(step("a", "1"), step("b", "1"), step("a", "2"));
        add(step("a", "3"));
        round("a 3", "b 1").forEach(Asked::succeeds);
        add(step("a", "4"));
        round("a 4").forEach(Asked::succeeds);
    }

    @Test
    void partialOnesFollowTheOneTheyDoNotReplace() {
        add(step("a", "1"), step("a", "whole"), partial("a", "part"), partial("a", "more"));
        round("a whole").forEach(Asked::succeeds);
        round("a part").forEach(Asked::fails);
        add(partial("a", "last"));
        round("a part").forEach(Asked::succeeds);
        round("a more").forEach(Asked::fails);
        add(step("a", "new"));
        round("a new").forEach(Asked::succeeds);
        add(step("b", "end"));
        round("b end");
    }

    @Test
    void whatIsClearedIsNotPublishedAnyMore() {
        add(step("a", "1"));
        List<Asked> underway = round("a 1");
        add(step("b", "1"));
        coalescing.clear();
        underway.forEach(Asked::fails);
        add(step("c", "1"));
        round("c 1").forEach(Asked::succeeds);
        add(step("d", "1"));
        round("d 1");
    }

    @Test
    void whatFailsIsTriedAgain() {
        add(step("a", "1"), step("b", "1"));
        List<Asked> first = round("a 1", "b 1");
        first.getFirst().fails();
        first.getLast().succeeds();
        round("a 1").forEach(Asked::fails);
        round("a 1").forEach(Asked::succeeds);
    }

    @Test
    void whatFailsLateIsNotPublishedAfterANewerOne() {
        add(step("a", "old"), step("b", "old"));
        List<Asked> old = round("a old", "b old");
        add(step("a", "new"));
        clock.advance(Duration.ofSeconds(5));
        old.getFirst().fails();
        clock.advance(Duration.ofSeconds(5));
        assertThat(asked).as("while one of the round is not answered").isEmpty();
        old.getLast().fails();
        round("a new", "b old").forEach(Asked::succeeds);
        add(step("c", "last"));
        round("c last");
    }

    @Test
    void whoAddsMoreThanMayWaitHasToWait() {
        ChangeFeed.Step[] many =
                IntStream.range(0, Coalescing.MOST)
                        .mapToObj(n -> step("c" + n, "1"))
                        .toArray(ChangeFeed.Step[]::new);
        String[] all =
                Stream.of(many)
                        .map(each -> each.outgoing().channel() + " 1")
                        .toArray(String[]::new);
        add(Arrays.copyOf(many, Coalescing.MOST - 1));
        CompletableFuture<Void> room = coalescing.add(List.of(many));
        assertThat(room).isNotCompleted();
        round(all).forEach(Asked::fails);
        List<Asked> again = round(all);
        assertThat(room).isNotCompleted();
        again.forEach(Asked::succeeds);
        eventually(() -> assertThat(room).isCompleted());
    }
}

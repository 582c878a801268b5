// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import dev.fanfare.core.Environment;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.Published;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets changes of one channel and conflation key that come within a small window become one
/// publication: the latest. What cannot be published waits for a later round, unless something
/// newer has come. One that is partial does not stand for those before it: they are published one
/// after the other.
///
/// One round at a time, and the next begins when all of it is answered: what fails would otherwise
/// be published after the newer one that has overtaken it, and be the latest.
///
/// Any thread.
final class Coalescing {
    private static final Logger LOG = LoggerFactory.getLogger(Coalescing.class);

    /// From so many on, whoever adds more has to wait.
    static final int MOST = 10_000;

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final int MOST_DOUBLINGS = 16;

    private final Duration window;
    private final Environment environment;
    private final Function<ChangeFeed.Step, CompletionStage<Published>> publish;

    /// By channel and key, the one that waits longest first. Guarded by this, like all below.
    private Map<Key, Deque<ChangeFeed.Step>> waiting = new LinkedHashMap<>();

    /// How many steps wait.
    private int size;

    /// Grows with each [#clear].
    private long era;

    private boolean busy;
    private int failures;
    private CompletableFuture<Void> room = CompletableFuture.completedFuture(null);

    private record Key(String channel, String conflation) {
        static Key of(ChangeFeed.Step step) {
            return new Key(
                    step.outgoing().channel(), String.valueOf(step.outgoing().content().key()));
        }
    }

    /// What a round publishes.
    private record Taken(Map<Key, Deque<ChangeFeed.Step>> steps, long era) {}

    Coalescing(
            Duration window,
            Environment environment,
            Function<ChangeFeed.Step, CompletionStage<Published>> publish) {
        this.window = window;
        this.environment = environment;
        this.publish = publish;
    }

    /// All of them are taken.
    ///
    /// @return completes when there is room for more
    synchronized CompletableFuture<Void> add(List<ChangeFeed.Step> steps) {
        steps.forEach(this::add);
        if (!busy && !waiting.isEmpty()) {
            schedule();
        }
        if (size >= MOST && room.isDone()) {
            room = new CompletableFuture<>();
        }
        return room;
    }

    private void add(ChangeFeed.Step step) {
        Deque<ChangeFeed.Step> same =
                waiting.computeIfAbsent(Key.of(step), _ -> new ArrayDeque<>(1));
        if (isWhole(step)) {
            size -= same.size();
            same.clear();
        }
        same.add(step);
        size++;
    }

    private static boolean isWhole(ChangeFeed.Step step) {
        return step.outgoing().content().extent() == Content.Extent.WHOLE;
    }

    /// What waits is not published any more, as something later has overtaken it.
    synchronized void clear() {
        waiting = new LinkedHashMap<>();
        size = 0;
        era++;
        room.complete(null);
    }

    private void schedule() {
        busy = true;
        environment.clock().after(pause(), this::begin);
    }

    private synchronized void begin() {
        try {
            Thread.ofVirtual().name("coalescing").start(this::round);
        } catch (OutOfMemoryError e) {
            LOG.warn("no thread can be started to publish changes; it is tried again", e);
            schedule();
        }
    }

    /// The window, and more of it after each failure.
    private Duration pause() {
        if (failures == 0) {
            return window;
        }
        long most =
                Math.max(
                        window.toNanos(),
                        Math.min(
                                LONGEST_PAUSE.toNanos(),
                                window.toNanos() << Math.min(failures, MOST_DOUBLINGS)));
        return Duration.ofNanos(most / 2 + environment.random().nextLong(most / 2 + 1));
    }

    private void round() {
        Taken taken = take();
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        taken.steps().values().forEach(steps -> answers.add(publish(steps)));
        CompletionStage<Void> all =
                CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new));
        all.whenComplete((_, failure) -> {
            taken.steps().values().removeIf(Deque::isEmpty);
            if (failure != null) {
                LOG.warn(
                        "{} publications have to wait",
                        taken.steps().values().stream().mapToInt(Deque::size).sum(),
                        failure);
            }
            done(taken);
        });
    }

    /// One after the other; what is published is taken out.
    private CompletableFuture<Void> publish(Deque<ChangeFeed.Step> steps) {
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (ChangeFeed.Step step : List.copyOf(steps)) {
            // What is thrown is an answer too.
            all = all.thenCompose(_ -> publish.apply(step)).thenRun(steps::remove);
        }
        return all;
    }

    private synchronized Taken take() {
        Taken taken = new Taken(waiting, era);
        waiting = new LinkedHashMap<>();
        size = 0;
        return taken;
    }

    private synchronized void done(Taken taken) {
        Map<Key, Deque<ChangeFeed.Step>> failed = taken.steps();
        failures = failed.isEmpty() ? 0 : failures + 1;
        if (taken.era() == era) {
            failed.forEach(this::putBack);
        }
        busy = false;
        if (!waiting.isEmpty()) {
            schedule();
        }
        if (size < MOST) {
            room.complete(null);
        }
    }

    /// Before what has come meanwhile, unless that stands for it.
    private void putBack(Key key, Deque<ChangeFeed.Step> failed) {
        Deque<ChangeFeed.Step> newer = waiting.get(key);
        if (newer == null || !isWhole(newer.getFirst())) {
            if (newer != null) {
                failed.addAll(newer);
                size -= newer.size();
            }
            waiting.put(key, failed);
            size += failed.size();
        }
    }
}

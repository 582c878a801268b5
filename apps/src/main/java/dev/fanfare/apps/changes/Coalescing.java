// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import dev.fanfare.core.Environment;
import dev.fanfare.engine.Published;
import java.time.Duration;
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
/// newer has come.
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
    private Map<Key, ChangeFeed.Step> waiting = new LinkedHashMap<>();

    private boolean busy;
    private int failures;
    private CompletableFuture<Void> room = CompletableFuture.completedFuture(null);

    private record Key(String channel, String conflation) {
        static Key of(ChangeFeed.Step step) {
            return new Key(
                    step.outgoing().channel(), String.valueOf(step.outgoing().content().key()));
        }
    }

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
        steps.forEach(step -> waiting.put(Key.of(step), step));
        if (!busy && !waiting.isEmpty()) {
            schedule();
        }
        if (waiting.size() >= MOST && room.isDone()) {
            room = new CompletableFuture<>();
        }
        return room;
    }

    private void schedule() {
        busy = true;
        environment
                .clock()
                .after(pause(), () -> Thread.ofVirtual().name("coalescing").start(this::round));
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
        Map<Key, CompletableFuture<Published>> answers = new LinkedHashMap<>();
        Map<Key, ChangeFeed.Step> steps = take();
        // What is thrown is an answer too.
        steps.forEach((key, step) ->
                answers.put(key, CompletableFuture.completedFuture(step).thenCompose(publish)));
        CompletionStage<Void> all =
                CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new));
        all.whenComplete((_, failure) -> {
            answers.forEach((key, answer) -> {
                if (!answer.isCompletedExceptionally()) {
                    steps.remove(key);
                }
            });
            if (failure != null) {
                LOG.warn("{} publications have to wait", steps.size(), failure);
            }
            done(steps);
        });
    }

    private synchronized Map<Key, ChangeFeed.Step> take() {
        Map<Key, ChangeFeed.Step> taken = waiting;
        waiting = new LinkedHashMap<>();
        return taken;
    }

    private synchronized void done(Map<Key, ChangeFeed.Step> failed) {
        failures = failed.isEmpty() ? 0 : failures + 1;
        failed.forEach(waiting::putIfAbsent);
        busy = false;
        if (!waiting.isEmpty()) {
            schedule();
        }
        if (waiting.size() < MOST) {
            room.complete(null);
        }
    }
}

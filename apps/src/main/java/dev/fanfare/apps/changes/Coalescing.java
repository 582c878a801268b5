// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import dev.fanfare.engine.Clock;
import dev.fanfare.engine.Published;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets changes of one channel and conflation key that come within a small window become one
/// publication: the latest. What cannot be published waits for the next window, unless something
/// newer has come.
///
/// Any thread.
final class Coalescing {
    private static final Logger LOG = LoggerFactory.getLogger(Coalescing.class);

    private final Duration window;
    private final Clock clock;
    private final Function<ChangeFeed.Step, CompletionStage<Published>> publish;

    /// By channel and key, the one that waits longest first. Guarded by this.
    private Map<Key, ChangeFeed.Step> waiting = new LinkedHashMap<>();

    private record Key(String channel, String conflation) {
        static Key of(ChangeFeed.Step step) {
            return new Key(
                    step.outgoing().channel(), String.valueOf(step.outgoing().content().key()));
        }
    }

    Coalescing(
            Duration window,
            Clock clock,
            Function<ChangeFeed.Step, CompletionStage<Published>> publish) {
        this.window = window;
        this.clock = clock;
        this.publish = publish;
    }

    synchronized void add(List<ChangeFeed.Step> steps) {
        if (waiting.isEmpty() && !steps.isEmpty()) {
            schedule();
        }
        steps.forEach(step -> waiting.put(Key.of(step), step));
    }

    private void schedule() {
        clock.after(window, () -> Thread.ofVirtual().name("coalescing").start(this::flush));
    }

    private synchronized void flush() {
        Map<Key, ChangeFeed.Step> now = waiting;
        waiting = new LinkedHashMap<>();
        now.forEach((key, step) ->
                publish.apply(step)
                        .whenComplete((_, failure) -> {
                            if (failure != null) {
                                LOG.warn("cannot publish to {} now", key.channel(), failure);
                                again(key, step);
                            }
                        }));
    }

    private synchronized void again(Key key, ChangeFeed.Step step) {
        if (waiting.isEmpty()) {
            schedule();
        }
        waiting.putIfAbsent(key, step);
    }
}

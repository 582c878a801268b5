// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.engine.Clock;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether everything that was configured is up. Any thread.
final class Readiness {
    private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final Clock clock;
    private final ConcurrentSkipListMap<String, ReadyCheck> checks = new ConcurrentSkipListMap<>();
    private volatile State state = State.STARTING;

    enum State {
        STARTING,
        SERVING,
        DRAINING
    }

    Readiness(Clock clock) {
        this.clock = clock;
    }

    void add(String name, ReadyCheck check) {
        checks.put(name, check);
    }

    void become(State next) {
        state = next;
    }

    Router routes() {
        return Router.of(
                Route.get("/health", _ -> Response.json(200, Map.of("status", "ok"))),
                Route.get("/ready", this::ready));
    }

    private Response ready(Request request) {
        Map<String, CompletableFuture<Boolean>> asked = new TreeMap<>();
        checks.forEach((name, check) -> asked.put(name, ask(name, check)));
        Map<String, Boolean> results = new TreeMap<>();
        asked.forEach((name, passed) -> results.put(name, passed.join()));
        boolean ready = state == State.SERVING && !results.containsValue(false);
        Answer answer = new Answer(ready, state.name().toLowerCase(java.util.Locale.ROOT), results);
        return Response.json(ready ? 200 : 503, answer).header("Cache-Control", "no-store");
    }

    /// Each by itself, so that one that hangs says nothing of the others.
    private CompletableFuture<Boolean> ask(String name, ReadyCheck check) {
        CompletableFuture<Boolean> passed = new CompletableFuture<>();
        Thread asking =
                Thread.ofVirtual()
                        .name("fanfare-ready")
                        .unstarted(() -> passed.complete(passes(name, check)));
        Clock.Timer timer =
                clock.after(
                        DEADLINE,
                        () -> {
                            if (passed.complete(false)) {
                                LOG.warn(
                                        "the check {} did not answer within {} ms",
                                        name,
                                        DEADLINE.toMillis());
                                asking.interrupt();
                            }
                        });
        asking.start();
        return passed.whenComplete((_, _) -> timer.cancel());
    }

    private static boolean passes(String name, ReadyCheck check) {
        try {
            return check.ready();
        } catch (Exception | Error e) {
            LOG.warn("the check {} failed", name, e);
            return false;
        }
    }

    private record Answer(boolean ready, String state, Map<String, Boolean> checks) {}
}

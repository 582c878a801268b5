// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether everything that was configured is up. Any thread.
final class Readiness {
    private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

    private final ConcurrentSkipListMap<String, ReadyCheck> checks = new ConcurrentSkipListMap<>();
    private volatile State state = State.STARTING;

    enum State {
        STARTING,
        SERVING,
        DRAINING
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
        Map<String, Boolean> results = new TreeMap<>();
        checks.forEach((name, check) -> results.put(name, passes(name, check)));
        boolean ready = state == State.SERVING && !results.containsValue(false);
        Answer answer = new Answer(ready, state.name().toLowerCase(java.util.Locale.ROOT), results);
        return Response.json(ready ? 200 : 503, answer).header("Cache-Control", "no-store");
    }

    private static boolean passes(String name, ReadyCheck check) {
        try {
            return check.ready();
        } catch (Exception e) {
            LOG.warn("the check {} failed", name, e);
            return false;
        }
    }

    private record Answer(boolean ready, String state, Map<String, Boolean> checks) {}
}

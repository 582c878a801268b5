// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import dev.fanfare.apps.Secrets;
import dev.fanfare.apps.Throttle;
import dev.fanfare.cli.config.Config;
import dev.fanfare.engine.Clock;
import dev.fanfare.pages.BuiltPages;
import dev.fanfare.server.Site;
import dev.fanfare.server.Tokens;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The page at the demo's root, which leads to the apps, and lets whoever opens it into the lobby.
///
/// @param apps those that run
record StartPage(Config config, Set<DemoApp> apps, Clock clock) {
    private static final Duration STAY = Duration.ofHours(1);

    void describe(Site site) {
        Tokens tokens = new Tokens(Assembly.policy(config.auth()), clock);
        Throttle throttle = new Throttle(clock, 20, 200);
        site.routes(
                        Router.of(
                                Route.get("/demo.json", _ -> Response.json(200, ports())),
                                Route.post("/demo/guest", throttle.guard(_ -> guest(tokens)))
                                        .bodyLimit(1 << 10)))
                .routes(BuiltPages.client())
                .pages(BuiltPages.of("start"));
    }

    private static Response guest(Tokens tokens) {
        String user = "guest-" + Secrets.random(32);
        String token = tokens.issue(user, STAY, Map.of());
        return Response.json(200, Map.of("user", user, "token", token))
                .header("Cache-Control", "no-store");
    }

    private Map<String, Integer> ports() {
        Map<String, Integer> ports = new LinkedHashMap<>();
        apps.forEach(app -> ports.put(app.id(), app.port(config.demo())));
        return ports;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import dev.fanfare.apps.Database;
import dev.fanfare.cli.config.Config;
import dev.fanfare.pages.BuiltPages;
import dev.fanfare.server.Site;
import dev.fanfare.server.http.Pages;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The page at the demo's root, which leads to the apps.
///
/// @param apps those that run
record StartPage(Config config, Set<DemoApp> apps) {
    void describe(Site site) {
        site.routes(Router.of(Route.get("/demo.json", _ -> Response.json(200, ports()))))
                .routes(BuiltPages.client())
                .pages(StartPage.class, "pages")
                .pages(new Pages("/shared/", Database.class, "pages"));
    }

    private Map<String, Integer> ports() {
        Map<String, Integer> ports = new LinkedHashMap<>();
        apps.forEach(app -> ports.put(app.id(), app.port(config.demo())));
        return ports;
    }
}

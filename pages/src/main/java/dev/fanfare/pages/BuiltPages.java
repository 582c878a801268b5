// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.pages;

import dev.fanfare.server.http.Handler;
import dev.fanfare.server.http.Origins;
import dev.fanfare.server.http.Pages;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.util.List;

/// What the folder `js` was built to, from this module's resources. Immutable.
public final class BuiltPages {
    private BuiltPages() {}

    /// The pages of an app at a listener's root, and the files that all apps' pages share.
    ///
    /// @param app the name of its folder, such as `kyc`
    public static List<Pages> of(String app) {
        return List.of(
                Pages.at(BuiltPages.class, app),
                new Pages("/assets/", BuiltPages.class, "assets"),
                new Pages("/shared/", BuiltPages.class, "shared"));
    }

    /// The client at `/client.js`, and its separate entries under `/client/`: ES modules, for a
    /// page that is built by nothing. A page of any origin may import them; they hold nothing
    /// secret.
    public static Router client() {
        Pages files = Pages.at(BuiltPages.class, "browser");
        Handler module =
                request -> {
                    Response found = files.find(request);
                    return found == null
                            ? Response.error(404, "not_found", "There is nothing here.")
                            : found;
                };
        return Router.of(Route.get("/client.js", module), Route.get("/client/{module}", module))
                .origins(Origins.of("*"));
    }
}

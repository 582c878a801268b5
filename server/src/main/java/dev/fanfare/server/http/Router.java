// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.http;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Finds the route for a request. Where several templates match a path, the one with a literal
/// where the others have a parameter wins, from the left.
public final class Router {
    public static final Router NONE = new Router(List.of());

    private final List<Route> routes;

    private Router(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    public static Router of(Route... routes) {
        return new Router(List.of(routes));
    }

    public static Router of(List<Route> routes) {
        return new Router(routes);
    }

    public Router and(Router other) {
        return new Router(Stream.concat(routes.stream(), other.routes.stream()).toList());
    }

    /// The same routes, open to pages of these origins.
    public Router origins(Origins allowed) {
        return new Router(routes.stream().map(route -> route.origins(allowed)).toList());
    }

    public List<Route> routes() {
        return new ArrayList<>(routes);
    }
}

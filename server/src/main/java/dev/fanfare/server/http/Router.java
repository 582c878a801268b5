// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Finds the route for a request. Where several templates match a path, the one with a literal
/// where the others have a parameter wins, from the left.
public final class Router {
    public static final Router NONE = new Router(List.of());

    private final List<Route> routes;

    /// Each route's template in its parts, in the order of the routes.
    private final List<String[]> templates;

    /// What a path and a method lead to.
    public sealed interface Match {}

    public record Found(Route route, Map<String, String> parameters) implements Match {}

    /// The path exists, for these methods.
    public record OtherMethods(List<Route> routes) implements Match {
        /// As the Allow header has it.
        public String allow() {
            Set<String> methods = new TreeSet<>();
            for (Route route : routes) {
                methods.add(route.method());
                if (route.method().equals("GET")) {
                    methods.add("HEAD");
                }
            }
            methods.add("OPTIONS");
            return String.join(", ", methods);
        }
    }

    public record Nowhere() implements Match {}

    private Router(List<Route> routes) {
        this.routes = List.copyOf(routes);
        this.templates = this.routes.stream().map(route -> parts(route.template())).toList();
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
        return routes;
    }

    /// @param method a HEAD finds what GET would
    /// @param path decoded
    public Match find(String method, String path) {
        String[] parts = parts(path);
        String wanted = method.equals("HEAD") ? "GET" : method;
        List<Route> others = new ArrayList<>();
        int best = -1;
        for (int i = 0; i < templates.size(); i++) {
            if (!matches(templates.get(i), parts)) {
                continue;
            }
            Route route = routes.get(i);
            if (!route.method().equals(wanted)) {
                others.add(route);
            } else if (best < 0 || moreLiteral(templates.get(i), templates.get(best))) {
                best = i;
            }
        }
        if (best >= 0) {
            return new Found(routes.get(best), parameters(templates.get(best), parts));
        }
        return others.isEmpty() ? new Nowhere() : new OtherMethods(others);
    }

    private static String[] parts(String path) {
        return path.substring(1).split("/", -1);
    }

    private static boolean matches(String[] template, String[] parts) {
        if (template.length != parts.length) {
            return false;
        }
        for (int i = 0; i < parts.length; i++) {
            if (parameter(template[i]) ? parts[i].isEmpty() : !template[i].equals(parts[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean moreLiteral(String[] one, String[] other) {
        for (int i = 0; i < one.length; i++) {
            if (parameter(one[i]) != parameter(other[i])) {
                return parameter(other[i]);
            }
        }
        return false;
    }

    private static Map<String, String> parameters(String[] template, String[] parts) {
        Map<String, String> parameters = new HashMap<>();
        for (int i = 0; i < parts.length; i++) {
            if (parameter(template[i])) {
                parameters.put(template[i].substring(1, template[i].length() - 1), parts[i]);
            }
        }
        return parameters;
    }

    private static boolean parameter(String part) {
        return part.startsWith("{") && part.endsWith("}");
    }
}

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

    /// Each route's template in its segments, in the order of the routes.
    private final List<List<String>> templates;

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
        this.templates =
                this.routes.stream().map(route -> Request.Target.split(route.template())).toList();
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
    /// @param segments of the path, decoded
    public Match find(String method, List<String> segments) {
        String wanted = method.equals("HEAD") ? "GET" : method;
        List<Route> others = new ArrayList<>();
        int best = -1;
        for (int i = 0; i < templates.size(); i++) {
            if (!matches(templates.get(i), segments)) {
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
            return new Found(routes.get(best), parameters(templates.get(best), segments));
        }
        return others.isEmpty() ? new Nowhere() : new OtherMethods(others);
    }

    private static boolean matches(List<String> template, List<String> segments) {
        if (template.size() != segments.size()) {
            return false;
        }
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            if (parameter(template.get(i)) ? segment.isEmpty() : !template.get(i).equals(segment)) {
                return false;
            }
        }
        return true;
    }

    private static boolean moreLiteral(List<String> one, List<String> other) {
        for (int i = 0; i < one.size(); i++) {
            if (parameter(one.get(i)) != parameter(other.get(i))) {
                return parameter(other.get(i));
            }
        }
        return false;
    }

    private static Map<String, String> parameters(List<String> template, List<String> segments) {
        Map<String, String> parameters = new HashMap<>();
        for (int i = 0; i < segments.size(); i++) {
            String name = template.get(i);
            if (parameter(name)) {
                parameters.put(name.substring(1, name.length() - 1), segments.get(i));
            }
        }
        return parameters;
    }

    private static boolean parameter(String part) {
        return part.startsWith("{") && part.endsWith("}");
    }
}

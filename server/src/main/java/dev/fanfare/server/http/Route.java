// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.http;

/// One method of one path.
///
/// @param method upper case
/// @param template a path whose parts in braces are parameters: `/api/v1/users/{id}/send`. A
///   parameter is one whole segment, and never empty; it may hold a slash that was sent as `%2F`
/// @param bodyLimit bytes; a larger body is answered with 413
/// @param origins the web origins, other than its own, whose pages may read the answers
public record Route(
        String method, String template, Handler handler, int bodyLimit, Origins origins) {
    public static final int DEFAULT_BODY_LIMIT = 1 << 20;

    public Route {
        if (!template.startsWith("/")) {
            throw new IllegalArgumentException("a path begins with a slash: " + template);
        }
    }

    public static Route of(String method, String template, Handler handler) {
        return new Route(method, template, handler, DEFAULT_BODY_LIMIT, Origins.SAME);
    }

    public static Route get(String template, Handler handler) {
        return of("GET", template, handler);
    }

    public static Route post(String template, Handler handler) {
        return of("POST", template, handler);
    }

    public static Route put(String template, Handler handler) {
        return of("PUT", template, handler);
    }

    public static Route patch(String template, Handler handler) {
        return of("PATCH", template, handler);
    }

    public static Route delete(String template, Handler handler) {
        return of("DELETE", template, handler);
    }

    public Route bodyLimit(int bytes) {
        return new Route(method, template, handler, bytes, origins);
    }

    public Route origins(Origins allowed) {
        return new Route(method, template, handler, bodyLimit, allowed);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.http;

import dev.fanfare.core.InvalidMessage;
import dev.fanfare.protocol.Utf8;
import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One HTTP request, complete with its body.
///
/// @param method upper case
/// @param target what is asked for
/// @param headers by lower-case name; the values of a repeated header are joined by a comma, those
///   of `cookie` by a semicolon
/// @param body empty where there is none; never changed
/// @param remote the client's address, without the port; a trusted proxy's word for it where one
///   was configured
public record Request(
        String method, Target target, Map<String, String> headers, byte[] body, String remote) {

    /// @param segments the parts of the path between its slashes, each decoded; a slash within one
    ///   was sent as `%2F`
    /// @param parameters the segments that the route's template names
    /// @param query decoded; of a repeated parameter the last
    /// @param repeated the same, with every value of a parameter
    public record Target(
            List<String> segments,
            Map<String, String> parameters,
            Map<String, String> query,
            Map<String, List<String>> repeated) {
        public Target {
            segments = List.copyOf(segments);
        }

        /// Without repetitions.
        ///
        /// @param path without encoded slashes
        public Target(String path, Map<String, String> parameters, Map<String, String> query) {
            this(split(path), parameters, query, single(query));
        }

        /// Decoded, begins with a slash. An encoded slash stays `%2F`, so that it separates
        /// nothing.
        public String path() {
            StringBuilder path = new StringBuilder();
            for (String segment : segments) {
                path.append('/').append(segment.replace("/", "%2F"));
            }
            return path.toString();
        }

        static List<String> split(String path) {
            return List.of(path.substring(1).split("/", -1));
        }

        private static Map<String, List<String>> single(Map<String, String> query) {
            Map<String, List<String>> all = new LinkedHashMap<>();
            query.forEach((name, value) -> all.put(name, List.of(value)));
            return all;
        }
    }

    public String path() {
        return target.path();
    }

    /// The part of the path that the template calls `{name}`.
    ///
    /// @throws IllegalArgumentException when the template has no such name
    public String parameter(String name) {
        String value = target.parameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no path parameter: " + name);
        }
        return value;
    }

    public Map<String, String> query() {
        return target.query;
    }

    public Optional<String> query(String name) {
        return Optional.ofNullable(target.query.get(name));
    }

    /// Every value of a parameter of the query, in their order.
    public List<String> all(String name) {
        return target.repeated.getOrDefault(name, List.of());
    }

    /// @param name in any case
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(java.util.Locale.ROOT)));
    }

    /// What follows `Bearer ` in the Authorization header.
    public Optional<String> bearer() {
        return header("authorization")
                .filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(value -> value.substring(7).strip())
                .filter(value -> !value.isEmpty());
    }

    public Optional<String> cookie(String name) {
        return Optional.ofNullable(cookies().get(name));
    }

    /// All cookies, their values without quotes around them; of a repeated one the first.
    public Map<String, String> cookies() {
        String line = headers.get("cookie");
        if (line == null) {
            return Map.of();
        }
        Map<String, String> cookies = new LinkedHashMap<>();
        for (Cookie cookie : ServerCookieDecoder.LAX.decodeAll(line)) {
            cookies.putIfAbsent(cookie.name(), cookie.value());
        }
        return cookies;
    }

    /// The body as UTF-8.
    ///
    /// @throws InvalidMessage when it is not
    public String text() throws InvalidMessage {
        if (!Utf8.valid(body)) {
            throw new InvalidMessage("body", "The body is not UTF-8.");
        }
        return new String(body, StandardCharsets.UTF_8);
    }

    /// The same request with the parameters of its route, and its body.
    public Request at(Map<String, String> parameters, byte[] content) {
        return new Request(
                method,
                new Target(target.segments, parameters, target.query, target.repeated),
                headers,
                content,
                remote);
    }
}

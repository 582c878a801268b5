// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.time.Duration;
import java.util.List;

/// What a node takes before it knows who somebody is.
///
/// @param sessions open WebSocket connections of the node; more are answered with 503
/// @param strangersPerAddress connections of one address that have not said who they are; more are
///   answered with 429
/// @param loopback whether the last limit holds for connections from this machine
/// @param headersWithin for a whole request head, from the connection's start or the first byte
/// @param handlerTimeout how long a route, a gate or all of `/ready` may take, give or take a
///   second; then it is interrupted, and the answer is 503
/// @param maxHeaders bytes of a request's headers; more are answered with 431
/// @param proxies CIDR blocks whose X-Forwarded-For and X-Forwarded-Proto are believed
public record HttpLimits(
        int sessions,
        int strangersPerAddress,
        Loopback loopback,
        Duration headersWithin,
        Duration handlerTimeout,
        int maxHeaders,
        List<String> proxies) {
    public enum Loopback {
        EXEMPT,
        COUNTED
    }

    private static final int MIN_HEADERS = 1 << 10;
    private static final int MAX_HEADERS = 1 << 20;

    public static final HttpLimits DEFAULT =
            new HttpLimits(
                    1_000_000,
                    100,
                    Loopback.COUNTED,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    32 << 10,
                    List.of());

    public HttpLimits {
        if (maxHeaders < MIN_HEADERS || maxHeaders > MAX_HEADERS) {
            throw new IllegalArgumentException(
                    "max headers: %d is not within %d to %d bytes"
                            .formatted(maxHeaders, MIN_HEADERS, MAX_HEADERS));
        }
        if (!handlerTimeout.isPositive()) {
            throw new IllegalArgumentException(
                    "handlerTimeout must be positive: " + handlerTimeout);
        }
        proxies = List.copyOf(proxies);
    }

    public HttpLimits sessions(int max) {
        return new HttpLimits(
                max,
                strangersPerAddress,
                loopback,
                headersWithin,
                handlerTimeout,
                maxHeaders,
                proxies);
    }

    public HttpLimits strangersPerAddress(int max) {
        return new HttpLimits(
                sessions, max, loopback, headersWithin, handlerTimeout, maxHeaders, proxies);
    }

    public HttpLimits loopback(Loopback other) {
        return new HttpLimits(
                sessions,
                strangersPerAddress,
                other,
                headersWithin,
                handlerTimeout,
                maxHeaders,
                proxies);
    }

    public HttpLimits handlerTimeout(Duration deadline) {
        return new HttpLimits(
                sessions,
                strangersPerAddress,
                loopback,
                headersWithin,
                deadline,
                maxHeaders,
                proxies);
    }

    public HttpLimits maxHeaders(int bytes) {
        return new HttpLimits(
                sessions,
                strangersPerAddress,
                loopback,
                headersWithin,
                handlerTimeout,
                bytes,
                proxies);
    }

    public HttpLimits proxies(List<String> blocks) {
        return new HttpLimits(
                sessions,
                strangersPerAddress,
                loopback,
                headersWithin,
                handlerTimeout,
                maxHeaders,
                blocks);
    }
}

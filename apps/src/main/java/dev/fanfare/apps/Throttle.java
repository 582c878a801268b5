// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import dev.fanfare.engine.Clock;
import dev.fanfare.server.http.Handler;
import dev.fanfare.server.http.Response;
import java.util.LinkedHashMap;
import java.util.Map;

/// Lets each address do something only so often: a token bucket an address, for the addresses seen
/// last.
///
/// Thread-safe.
public final class Throttle {
    private static final int MOST_ADDRESSES = 10_000;
    private static final double NANOS = 1e9;

    private final Clock clock;
    private final int perSecond;
    private final int burst;
    private final Map<String, Bucket> buckets =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
                    return size() > MOST_ADDRESSES;
                }
            };

    private record Bucket(double tokens, long at) {}

    public Throttle(Clock clock, int perSecond, int burst) {
        this.clock = clock;
        this.perSecond = perSecond;
        this.burst = burst;
    }

    /// The handler, which an address that asks too often does not reach: it is answered with 429.
    public Handler guard(Handler handler) {
        return request ->
                allows(request.remote())
                        ? handler.handle(request)
                        : Response.error(
                                        429,
                                        "too_many_requests",
                                        "At most "
                                                + perSecond
                                                + " requests a second. Try again in a second.")
                                .header("Retry-After", "1");
    }

    /// Takes one from the bucket of that name.
    public synchronized boolean allows(String address) {
        long now = clock.nanos();
        Bucket was = buckets.getOrDefault(address, new Bucket(burst, now));
        double tokens = Math.min(burst, was.tokens + (now - was.at) / NANOS * perSecond);
        boolean allowed = tokens >= 1;
        buckets.put(address, new Bucket(allowed ? tokens - 1 : tokens, now));
        return allowed;
    }
}

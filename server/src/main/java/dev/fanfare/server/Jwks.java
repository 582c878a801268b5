// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.engine.Clock;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The keys behind one URL, kept as long as they are fresh, and longer while their issuer cannot be
/// asked: cached keys survive its outages. A set that came is believed whole: a key that is not in
/// it any more does not exist.
///
/// A token whose key is not in the set makes it ask again, at most once in [#UNKNOWN_EVERY], so
/// that made-up names cost the issuer little. The key does not exist only if it is missing from a
/// set that was asked for after the token came; until there is such a set, nothing is decided, and
/// the token's bearer may come back. So neither an outage nor somebody else's made-up names lock
/// out a new key.
///
/// One fetch at a time; whoever needs its outcome waits for it, at most [#DEADLINE].
final class Jwks implements JwtKeySource {
    private static final Logger LOG = LoggerFactory.getLogger(Jwks.class);

    /// From this age on, keys are fetched again while the old ones are still used.
    private static final Duration FRESH = Duration.ofMinutes(5);

    /// From this age on, who asks waits for the fetch.
    private static final Duration GOOD = Duration.ofMinutes(10);

    private static final Duration UNKNOWN_EVERY = Duration.ofSeconds(5);
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
    private static final int MOST_BYTES = 256 << 10;
    private static final int MOST_DOUBLINGS = 6;

    private final JwtKeys.Remote remote;
    private final Clock clock;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(DEADLINE)
                    .build();
    private final ReentrantLock fetching = new ReentrantLock();
    private volatile @Nullable Snapshot known;

    /// Guarded by the lock.
    private int failures;

    private long notBefore;
    private long unknownAt;

    /// @param at when it was asked for, on [Clock#nanos]
    private record Snapshot(List<JwtKey> keys, long at) {
        boolean knows(@Nullable String id) {
            return id == null || keys.stream().anyMatch(key -> id.equals(key.id()));
        }

        boolean askedSince(long time) {
            return at - time >= 0;
        }
    }

    private enum Why {
        /// There are none, or they are old.
        AGE,
        /// There is none of a name.
        UNKNOWN
    }

    Jwks(JwtKeys.Remote remote, Clock clock) {
        this.remote = remote;
        this.clock = clock;
        long now = clock.nanos();
        this.notBefore = now;
        this.unknownAt = now - UNKNOWN_EVERY.toNanos();
    }

    @Override
    public List<JwtKey> find(@Nullable String id, JwtAlgorithm algorithm)
            throws KeysUnavailableException {
        long came = clock.nanos();
        Snapshot now = fresh();
        return among(now.knows(id) ? now : newest(now, id, came), id, algorithm);
    }

    @Override
    public List<JwtKey> findNewest(JwtAlgorithm algorithm) throws KeysUnavailableException {
        return among(newest(known, null, clock.nanos()), null, algorithm);
    }

    private static List<JwtKey> among(Snapshot now, @Nullable String id, JwtAlgorithm algorithm) {
        List<JwtKey> found = JwtKeySource.among(now.keys(), id, algorithm);
        // Without a name, a token is somebody's only if there is nobody else.
        return id == null && found.size() > 1 ? List.of() : found;
    }

    /// A set that has the key, or that was asked for after the token came.
    private Snapshot newest(@Nullable Snapshot seen, @Nullable String id, long came)
            throws KeysUnavailableException {
        Snapshot now = seen != null && seen.askedSince(came) ? seen : fetch(seen, Why.UNKNOWN);
        if (now != null && (now.askedSince(came) || (id != null && now.knows(id)))) {
            return now;
        }
        throw unavailable("a key is not known, and its issuer could not be asked yet: ");
    }

    private KeysUnavailableException unavailable(String what) {
        fetching.lock();
        try {
            long now = clock.nanos();
            long left = Math.max(notBefore - now, unknownAt + UNKNOWN_EVERY.toNanos() - now);
            long millis = Math.max(500, Duration.ofNanos(left).toMillis());
            // Everybody who is told comes back at a moment of their own.
            return new KeysUnavailableException(
                    what + remote.url(), millis + ThreadLocalRandom.current().nextLong(millis));
        } finally {
            fetching.unlock();
        }
    }

    private Snapshot fresh() throws KeysUnavailableException {
        Snapshot now = known;
        long age = now == null ? 0 : clock.nanos() - now.at();
        if (now == null || age >= GOOD.toNanos()) {
            now = fetch(now, Why.AGE);
        } else if (age >= FRESH.toNanos() && !fetching.isLocked()) {
            Snapshot old = now;
            Thread.ofVirtual().name("fanfare-jwks").start(() -> fetch(old, Why.AGE));
        }
        if (now == null) {
            throw unavailable("there are no keys yet of ");
        }
        return now;
    }

    /// Fetches, unless somebody else has meanwhile, or it is too early to try again.
    ///
    /// @return the newest there are
    private @Nullable Snapshot fetch(@Nullable Snapshot seen, Why why) {
        fetching.lock();
        try {
            long now = clock.nanos();
            if (known != seen || now - notBefore < 0) {
                return known;
            }
            if (why == Why.UNKNOWN) {
                if (now - unknownAt < UNKNOWN_EVERY.toNanos()) {
                    return known;
                }
                unknownAt = now;
            }
            known = new Snapshot(JwkText.keys(get(), remote.algorithms()), now);
            failures = 0;
            LOG.debug("{} keys from {}", known.keys().size(), remote.url());
        } catch (IOException | IllegalArgumentException e) {
            failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            fetching.unlock();
        }
        return known;
    }

    private void failed(Exception e) {
        long pause =
                Math.min(
                        LONGEST_PAUSE.toNanos(),
                        FIRST_PAUSE.toNanos() << Math.min(failures, MOST_DOUBLINGS));
        notBefore = clock.nanos() + pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2);
        failures++;
        LOG.warn(
                "the keys of {} could not be fetched, {}",
                remote.url(),
                known == null ? "and there are none" : "the old ones stay",
                e);
    }

    private byte[] get() throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(remote.url())
                        .header("Accept", "application/jwk-set+json, application/json")
                        .timeout(DEADLINE)
                        .build();
        CompletableFuture<HttpResponse<byte[]>> coming =
                http.sendAsync(
                        request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_BYTES));
        try {
            HttpResponse<byte[]> response = coming.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            if (response.statusCode() != 200) {
                throw new IOException("status " + response.statusCode());
            }
            return response.body();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (TimeoutException e) {
            coming.cancel(true);
            throw new IOException("no answer within " + DEADLINE, e);
        }
    }
}

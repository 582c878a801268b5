// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import java.time.Duration;
import java.util.Random;

/// What goes wrong in one direction of a [FaultProxy], for what arrives there from now on. May be
/// set at any time from any thread, one after the other; nothing goes wrong at first.
public final class Faults {
    private static final long NONE = Long.MAX_VALUE;

    private final Random random;
    private long latency;
    private long jitter;
    private long rate = NONE;
    private int slice = Integer.MAX_VALUE;
    private long limit = NONE;
    private boolean frozen;
    private Runnable changed = () -> {};

    Faults(long seed) {
        random = new Random(seed);
    }

    /// Everything arrives this much later.
    public Faults latency(Duration time) {
        return latency(time, Duration.ZERO);
    }

    /// Everything arrives later by `time` and by up to `more`; the order stays.
    public Faults latency(Duration time, Duration more) {
        synchronized (this) {
            latency = time.toNanos();
            jitter = more.toNanos();
        }
        return tell();
    }

    /// At most so many bytes a second, for each connection.
    public Faults rate(long bytesPerSecond) {
        synchronized (this) {
            rate = Math.max(1, bytesPerSecond);
        }
        return tell();
    }

    /// Written in pieces of at most so many bytes.
    public Faults slice(int bytes) {
        synchronized (this) {
            slice = Math.max(1, bytes);
        }
        return tell();
    }

    /// A connection is reset once so many bytes have passed, counted from its beginning.
    public Faults limit(long bytes) {
        synchronized (this) {
            limit = bytes;
        }
        return tell();
    }

    /// Nothing passes any more, and nothing is lost.
    public Faults freeze() {
        synchronized (this) {
            frozen = true;
        }
        return tell();
    }

    public Faults thaw() {
        synchronized (this) {
            frozen = false;
        }
        return tell();
    }

    /// Nothing goes wrong any more.
    public Faults heal() {
        synchronized (this) {
            latency = 0;
            jitter = 0;
            rate = NONE;
            slice = Integer.MAX_VALUE;
            limit = NONE;
            frozen = false;
        }
        return tell();
    }

    synchronized void onChange(Runnable listener) {
        changed = listener;
    }

    private Faults tell() {
        Runnable listener;
        synchronized (this) {
            listener = changed;
        }
        listener.run();
        return this;
    }

    /// Nanoseconds to hold back what arrives now.
    synchronized long delay() {
        return latency + (jitter == 0 ? 0 : random.nextLong(jitter));
    }

    /// The most bytes to write at once.
    synchronized int piece() {
        return rate == NONE ? slice : (int) Math.min(slice, Math.max(1, rate / 50));
    }

    /// Nanoseconds that `bytes` take.
    synchronized long time(int bytes) {
        return rate == NONE ? 0 : bytes * 1_000_000_000L / rate;
    }

    synchronized boolean sliced() {
        return slice != Integer.MAX_VALUE;
    }

    synchronized long limit() {
        return limit;
    }

    synchronized boolean frozen() {
        return frozen;
    }
}

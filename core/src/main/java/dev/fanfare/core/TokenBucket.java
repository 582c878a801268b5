// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

/// So many a second, and so many at once. Not thread-safe: its owner is its only caller, or locks.
final class TokenBucket {
    private double tokens;
    private long filledAt;

    TokenBucket(int burst, long nanos) {
        tokens = burst;
        filledAt = nanos;
    }

    /// Takes one.
    ///
    /// @return 0 when there was one, else in how many milliseconds there will be
    long take(int perSecond, int burst, long nanos) {
        tokens = Math.min(burst, tokens + (nanos - filledAt) * (perSecond / 1e9));
        filledAt = nanos;
        if (tokens >= 1) {
            tokens--;
            return 0;
        }
        return Math.max(1, Math.round(Math.ceil((1 - tokens) * 1000 / perSecond)));
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.util.Arrays;

/// Counts durations in buckets of at most 1/64 relative width, so that millions of them cost 30 KB.
/// Nanoseconds throughout.
final class Histogram {
    private static final int HALF = 64;

    private final long[] buckets = new long[HALF * 60];
    private long count;
    private long largest;

    void add(long nanos) {
        long value = Math.max(nanos, 0);
        buckets[bucket(value)]++;
        count++;
        largest = Math.max(largest, value);
    }

    /// The value that a share of all values do not exceed, to within the width of its bucket.
    ///
    /// @param share between 0 and 1
    double quantile(double share) {
        long rank = Math.min(count - 1, (long) (share * count));
        long seen = 0;
        for (int i = 0; i < buckets.length && count > 0; i++) {
            seen += buckets[i];
            if (seen > rank) {
                return Math.min(largest, lowest(i));
            }
        }
        return 0;
    }

    void clear() {
        Arrays.fill(buckets, 0);
        count = 0;
        largest = 0;
    }

    /// Values below 128 have a bucket each; above, the seven leading bits choose it.
    private static int bucket(long value) {
        int shift = Math.max(0, 63 - Long.numberOfLeadingZeros(value | 1) - 6);
        return shift * HALF + (int) (value >>> shift);
    }

    private static long lowest(int bucket) {
        if (bucket < 2 * HALF) {
            return bucket;
        }
        int shift = bucket / HALF - 1;
        return (long) (bucket - shift * HALF) << shift;
    }
}

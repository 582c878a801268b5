// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import java.util.HashSet;
import java.util.Set;

/// Which transactions a reader has seen, as `pg_current_snapshot()` says it: all below `least`, and
/// below `next` those that were not under way.
///
/// A place in the log cannot say this: a commit is in the log, and may be on its way to us, before
/// readers see it.
record Visibility(long least, long next, Set<Long> underWay) {
    private static final long EPOCH = 1L << 32;

    Visibility {
        underWay = Set.copyOf(underWay);
    }

    /// @param text `least:next:`, and the numbers of those that were under way, with commas
    static Visibility parse(String text) {
        String[] parts = text.split(":", -1);
        Set<Long> underWay = new HashSet<>();
        for (String number : parts[2].split(",", -1)) {
            if (!number.isEmpty()) {
                underWay.add(Long.parseLong(number));
            }
        }
        return new Visibility(Long.parseLong(parts[0]), Long.parseLong(parts[1]), underWay);
    }

    /// @param transaction the lower 32 bits of its number; it is taken for the nearest that has
    ///   them
    boolean saw(long transaction) {
        long full = next & -EPOCH | transaction;
        if (full - next > EPOCH / 2) {
            full -= EPOCH;
        } else if (next - full > EPOCH / 2) {
            full += EPOCH;
        }
        return full < least || (full < next && !underWay.contains(full));
    }
}

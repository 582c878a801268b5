// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

/// Checks every sequence number that arrives at every connection: each must be the one after the
/// last.
final class Order {
    /// How far one connection has come; -1 before the first.
    static class Place {
        long last = -1;
    }

    private long arrived;
    private long lost;
    private long repeated;

    void check(Place place, long sequence) {
        arrived++;
        if (sequence > place.last) {
            lost += sequence - place.last - 1;
            place.last = sequence;
        } else {
            // Late or doubled: either way it is not where it belongs.
            repeated++;
        }
    }

    /// Counts what never came.
    ///
    /// @param next the sequence number that would have come next
    void end(Place place, long next) {
        lost += Math.max(0, next - 1 - place.last);
    }

    /// All that arrived and were in order, or not.
    long arrived() {
        return arrived;
    }

    long lost() {
        return lost;
    }

    /// Arrived again, or after one that follows it.
    long repeated() {
        return repeated;
    }
}

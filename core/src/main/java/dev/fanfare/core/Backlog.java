// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

/// Whether the bytes that wait in a session's transport move. A client that reads makes them fewer,
/// however large one message was; one that takes less than [#LEAST] bytes in [#WITHIN] does not
/// read. On the session's loop.
final class Backlog {
    /// 1 KiB a second.
    private static final long LEAST = 10 << 10;

    private static final long WITHIN = 10_000_000_000L;

    /// What would wait now if nothing had been taken since the last look.
    private long untaken;

    private long taken;
    private long movedAt;
    private long unmoved;

    /// @param waiting bytes
    Backlog(long waiting, long now) {
        this.untaken = waiting;
        this.movedAt = now;
    }

    /// So many bytes more wait.
    void add(long bytes) {
        untaken += bytes;
    }

    /// Looks how much has been taken.
    ///
    /// @param waiting bytes
    /// @return whether it was enough
    boolean look(long waiting, long now) {
        taken += untaken - waiting;
        untaken = waiting;
        boolean moved = taken >= LEAST || waiting == 0;
        if (moved) {
            taken = 0;
            movedAt = now;
        }
        unmoved = now - movedAt;
        return moved;
    }

    /// Whether the last look found that the client does not read.
    boolean stalled() {
        return unmoved >= WITHIN;
    }

    long unmovedSeconds() {
        return unmoved / 1_000_000_000;
    }
}

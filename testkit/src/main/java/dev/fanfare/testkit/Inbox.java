// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What has arrived and was not looked at yet, and how the connection ended. Thread-safe.
final class Inbox {
    /// How much of what arrived an error shows.
    private static final int SHOWN = 20;

    private final List<Frame> frames = new ArrayList<>();
    private @Nullable Closed closed;

    /// A whole message or control frame. `opcode` is RFC 6455's.
    record Frame(int opcode, byte[] payload) {
        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return switch (opcode) {
                case 1 -> text();
                case 2 -> "binary of " + payload.length;
                case 9 -> "WebSocket ping";
                case 10 -> "WebSocket pong";
                default -> "opcode " + opcode;
            };
        }
    }

    synchronized void add(Frame frame) {
        frames.add(frame);
        notifyAll();
    }

    /// The first word on it stands.
    synchronized void close(Closed how) {
        if (closed == null) {
            closed = how;
        }
        notifyAll();
    }

    synchronized @Nullable Closed closed() {
        return closed;
    }

    synchronized List<Frame> waiting() {
        return List.copyOf(frames);
    }

    /// Takes the first frame for which `match` has an answer. Frames before it stay.
    ///
    /// @throws AssertionError when none comes in time, or the connection ends before
    synchronized <T> T take(String what, Duration within, Function<Frame, @Nullable T> match) {
        long deadline = System.nanoTime() + within.toNanos();
        while (true) {
            for (Iterator<Frame> all = frames.iterator(); all.hasNext(); ) {
                T found = match.apply(all.next());
                if (found != null) {
                    all.remove();
                    return found;
                }
            }
            if (closed != null) {
                throw missed(what, "the connection had ended");
            }
            pause(what, deadline, within);
        }
    }

    synchronized Closed awaitClose(Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        while (closed == null) {
            pause("the end of the connection", deadline, within);
        }
        return closed;
    }

    /// Both callers loop.
    @SuppressWarnings("WaitNotInLoop")
    private void pause(String what, long deadline, Duration within) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            throw missed(what, "not within " + within.toMillis() + " ms");
        }
        try {
            wait(left);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw missed(what, "interrupted");
        }
    }

    /// Says what did come instead.
    synchronized AssertionError missed(String what, String why) {
        StringBuilder message = new StringBuilder("expected " + what + ": " + why);
        message.append(closed == null ? "; the connection is open" : "; " + closed);
        message.append(frames.isEmpty() ? "; nothing else has arrived" : "; what has arrived:");
        frames.stream().limit(SHOWN).forEach(frame -> message.append("\n  ").append(frame));
        if (frames.size() > SHOWN) {
            message.append("\n  and ").append(frames.size() - SHOWN).append(" more");
        }
        return new AssertionError(message.toString());
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

/// How bytes move: the event loops of one kind of transport.
public final class NettyTransport implements AutoCloseable {
    /// Which of the operating system's ways is used.
    public enum Kind {
        /// The best that works here.
        AUTO,
        IO_URING,
        EPOLL,
        NIO
    }

    private final Kind kind;

    @SuppressWarnings("UnusedMethod") // until open() is there
    private NettyTransport(Kind kind) {
        this.kind = kind;
    }

    /// Opens the loops; one for each core, at most 8.
    ///
    /// @throws IllegalStateException when the kind asked for does not work here
    public static NettyTransport open(Kind wanted) {
        return open(wanted, Math.min(8, Runtime.getRuntime().availableProcessors()));
    }

    /// @param loops how many threads own the connections
    @SuppressWarnings("DoNotCallSuggester") // until it is there
    public static NettyTransport open(Kind wanted, int loops) {
        throw new UnsupportedOperationException();
    }

    /// The kind that was chosen; never [Kind#AUTO].
    public Kind kind() {
        return kind;
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}

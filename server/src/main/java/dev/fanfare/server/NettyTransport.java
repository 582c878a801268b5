// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.FailureLog;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How bytes move: the event loops of one kind of transport.
public final class NettyTransport implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);

    /// At least the sends of one turn's fan-out; a smaller ring is submitted in pieces.
    private static final int RING = 4_096;

    private static final int MOST_LOOPS = 8;

    static {
        // Read once, when Netty's classes load: bytes pending without 96 for each entry, and an
        // iovec array no larger than what io_uring takes at once.
        setUnlessSet("io.netty.transport.outboundBufferEntrySizeOverhead", "0");
        setUnlessSet("io.netty.iouring.numElementsIoVec", "1024");
        // With multishot polls Netty 4.2.18 never hears of a reset that comes right after data:
        // FramesIT has the case.
        setUnlessSet("io.netty.iouring.pollAddMultishotEnabled", "false");
    }

    private final Kind kind;
    private final EventLoopGroup group;

    /// Which of the operating system's ways is used.
    public enum Kind {
        /// The best that works here.
        AUTO,
        IO_URING,
        EPOLL,
        NIO
    }

    private NettyTransport(Kind kind, EventLoopGroup group) {
        this.kind = kind;
        this.group = group;
    }

    /// Opens the loops; one for each core, at most 8.
    ///
    /// @throws IllegalStateException when the kind asked for does not work here
    public static NettyTransport open(Kind wanted) {
        return open(wanted, Math.min(MOST_LOOPS, Runtime.getRuntime().availableProcessors()));
    }

    /// @param loops how many threads own the connections
    public static NettyTransport open(Kind wanted, int loops) {
        NettyTransport transport =
                switch (wanted) {
                    case AUTO -> best(loops);
                    case IO_URING, EPOLL, NIO -> {
                        Throwable obstacle = obstacle(wanted);
                        if (obstacle != null) {
                            throw new IllegalStateException(
                                    "transport " + wanted + " does not work here", obstacle);
                        }
                        yield new NettyTransport(wanted, group(wanted, loops));
                    }
                };
        LOG.info("transport {}, event loops: {}", transport.kind, loops);
        return transport;
    }

    private static NettyTransport best(int loops) {
        for (Kind kind : new Kind[] {Kind.IO_URING, Kind.EPOLL}) {
            if (obstacle(kind) == null) {
                try {
                    return new NettyTransport(kind, group(kind, loops));
                } catch (RuntimeException e) {
                    LOG.debug("transport {} does not start", kind, e);
                }
            }
        }
        return new NettyTransport(Kind.NIO, group(Kind.NIO, loops));
    }

    static boolean works(Kind kind) {
        return obstacle(kind) == null;
    }

    private static @Nullable Throwable obstacle(Kind kind) {
        return switch (kind) {
            case IO_URING -> IoUring.unavailabilityCause();
            case EPOLL -> Epoll.unavailabilityCause();
            case AUTO, NIO -> null;
        };
    }

    private static EventLoopGroup group(Kind kind, int loops) {
        IoHandlerFactory factory =
                switch (kind) {
                    case IO_URING ->
                            IoUringIoHandler.newFactory(
                                    new IoUringIoHandlerConfig().setRingSize(RING));
                    case EPOLL -> EpollIoHandler.newFactory();
                    case AUTO, NIO -> NioIoHandler.newFactory();
                };
        return new MultiThreadIoEventLoopGroup(
                loops, Thread.ofPlatform().name("fanfare-loop-", 0).factory(), factory);
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /// The kind that was chosen; never [Kind#AUTO].
    public Kind kind() {
        return kind;
    }

    EventLoopGroup group() {
        return group;
    }

    Class<? extends ServerChannel> serverChannel() {
        return switch (kind) {
            case IO_URING -> IoUringServerSocketChannel.class;
            case EPOLL -> EpollServerSocketChannel.class;
            case AUTO, NIO -> NioServerSocketChannel.class;
        };
    }

    RecvByteBufAllocator readBuffers(int size, FailureLog failures) {
        return switch (kind) {
            case IO_URING -> new ReadBuffers(size, failures);
            case AUTO, EPOLL, NIO -> new FixedRecvByteBufAllocator(size);
        };
    }

    /// Waits for the loops to end. What is open has to be closed before: a loop that is told to end
    /// may do so before it has come to its channels, which stay open then, unheard.
    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Close;
import dev.fanfare.core.Loop;
import dev.fanfare.core.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection whose answer is written as it comes: the only handler of its channel. Nothing is
/// expected of the peer any more, so what it sends is dropped, and soon taken amiss. On the
/// connection's loop only.
// Futures: what fails closes the channel, which is heard of as inactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class HttpStream extends ChannelInboundHandlerAdapter
        implements Transport, NettyLoop.Watched {
    private static final Logger LOG = LoggerFactory.getLogger(HttpStream.class);
    private static final long CLOSE_WITHIN = 5_000_000_000L;
    private static final int MOST_UNASKED = 8 << 10;

    /// How long what was written may stay unacknowledged: milliseconds, of which two heartbeats and
    /// some remain undelivered. Where the operating system has no such setting, it gives up by its
    /// own.
    private static final int UNACKNOWLEDGED = 35_000;

    private final ServerShared shared;
    private final NettyLoop loop;
    private final Channel channel;
    private final Gateway.Streamed told;
    private Phase phase = Phase.OPEN;
    private int unasked;

    /// Where it is counted as a stranger; null when it is not.
    private @Nullable String stranger;

    /// Since when it is closed by us; nanoseconds.
    private long since;

    private enum Phase {
        OPEN,
        /// Everything is written, or will be: the rest is TCP's.
        CLOSED,
        GONE
    }

    HttpStream(ServerShared shared, NettyLoop loop, Channel channel, Gateway.Streamed told) {
        this.shared = shared;
        this.loop = loop;
        this.channel = channel;
        this.told = told;
    }

    /// @param from where it is counted as a stranger until it ends
    void open(@Nullable String from) {
        stranger = from;
        shared.sessions().incrementAndGet();
        channel.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED);
        channel.config().setOption(IoUringChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED);
    }

    // ---- from the channel

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        unasked += message instanceof ByteBuf in ? in.readableBytes() : MOST_UNASKED;
        ReferenceCountUtil.release(message);
        if (unasked > MOST_UNASKED) {
            Parting.abort(channel);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable() && phase == Phase.OPEN) {
            told.drained();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (phase != Phase.GONE) {
            phase = Phase.GONE;
            loop.forget(this);
            shared.sessions().decrementAndGet();
            if (stranger != null) {
                shared.strangers().leave(stranger);
            }
            told.gone();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (Parting.lost(cause)) {
            LOG.debug("a stream was lost", cause);
        } else if (cause instanceof OutOfMemoryError) {
            shared.failures().warn("a stream is closed for want of memory", cause);
        } else {
            LOG.error("a stream failed", cause);
        }
        channel.close();
    }

    // ---- from who writes it

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public boolean writable() {
        return phase == Phase.OPEN && channel.isWritable();
    }

    @Override
    public long pending() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    @Override
    public void write(ByteBuf frames) {
        if (phase == Phase.OPEN) {
            channel.write(frames, channel.voidPromise());
        } else {
            frames.release();
        }
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public void ping() {}

    @Override
    public void close(Close close) {
        if (phase != Phase.OPEN) {
            return;
        }
        phase = Phase.CLOSED;
        since = shared.clock().nanos();
        loop.watch(this);
        Parting.after(channel.writeAndFlush(Unpooled.EMPTY_BUFFER));
    }

    @Override
    public NettyLoop.Verdict look(long now) {
        if (phase == Phase.CLOSED && now - since >= CLOSE_WITHIN) {
            Parting.abort(channel);
        }
        return NettyLoop.Verdict.KEEP_WATCHING;
    }

    @Override
    public void cut() {
        Parting.abort(channel);
    }
}

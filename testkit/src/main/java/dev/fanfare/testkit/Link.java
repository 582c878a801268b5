// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/// One direction of one proxied connection: what `source` reads is written to `sink` in order, with
/// the direction's [Faults]. All of a proxy's links live on its one event loop.
@SuppressWarnings(
        "FutureReturnValueIgnored") // Netty's futures of closing and writing: the channel tells.
final class Link extends ChannelInboundHandlerAdapter {
    /// From so many held bytes on, the source is not read.
    private static final int HELD = 1 << 20;

    private final Channel source;
    private final Channel sink;
    private final Faults faults;
    private final ArrayDeque<Held> queue = new ArrayDeque<>();
    private int held;
    private long passed;

    /// When what arrives next may leave, so that nothing overtakes.
    private long after = Long.MIN_VALUE;

    /// Until when the rate allows nothing.
    private long busyUntil = Long.MIN_VALUE;

    private boolean ended;
    private boolean deaf;
    private boolean pumping;

    private record Held(ByteBuf bytes, long due) {}

    Link(Channel source, Channel sink, Faults faults) {
        this.source = source;
        this.sink = sink;
        this.faults = faults;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (deaf) {
            bytes.release();
            return;
        }
        long now = System.nanoTime();
        after = after == Long.MIN_VALUE ? now : after;
        after = Math.max(after - now, faults.delay()) + now;
        held += bytes.readableBytes();
        queue.add(new Held(bytes, after));
        if (held > HELD) {
            source.config().setAutoRead(false);
        }
        pump();
    }

    /// Writes what may be written now, and comes back for the rest.
    void pump() {
        // A write may change the writability, which asks for this again.
        if (pumping || !sink.isActive() || faults.frozen()) {
            return;
        }
        pumping = true;
        try {
            writeWhatIsDue();
        } finally {
            pumping = false;
        }
    }

    private void writeWhatIsDue() {
        while (!queue.isEmpty() && sink.isWritable()) {
            long now = System.nanoTime();
            Held head = queue.element();
            long wait = head.due - now;
            if (busyUntil != Long.MIN_VALUE) {
                wait = Math.max(wait, busyUntil - now);
            }
            if (wait > 0) {
                sink.eventLoop().schedule(this::pump, wait, TimeUnit.NANOSECONDS);
                return;
            }
            if (!writePiece(head, now)) {
                return;
            }
            if (faults.sliced()) {
                sink.eventLoop().execute(this::pump);
                return;
            }
        }
        if (queue.isEmpty() && ended) {
            ((DuplexChannel) sink).shutdownOutput();
            closeIfOver();
        }
    }

    /// Returns false when the limit has cut the connection.
    private boolean writePiece(Held head, long now) {
        long left = faults.limit() - passed;
        int length = Math.min(head.bytes.readableBytes(), faults.piece());
        if (length >= left) {
            sink.writeAndFlush(head.bytes.readRetainedSlice((int) Math.max(0, left)))
                    .addListener(written -> reset());
            return false;
        }
        sink.writeAndFlush(head.bytes.readRetainedSlice(length));
        passed += length;
        held -= length;
        busyUntil = now + faults.time(length);
        if (!head.bytes.isReadable()) {
            queue.remove().bytes.release();
        }
        if (held < HELD / 2 && !source.config().isAutoRead()) {
            source.config().setAutoRead(true);
        }
        return true;
    }

    /// The sink is told that nothing more comes; what still arrives is swallowed.
    void halfClose() {
        deaf = true;
        drop();
        ended = true;
        ((DuplexChannel) sink).shutdownOutput();
    }

    /// Ends both connections with a RST.
    void reset() {
        for (Channel channel : new Channel[] {source, sink}) {
            if (channel.isActive()) {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
            }
            channel.close();
        }
    }

    private void drop() {
        queue.forEach(one -> one.bytes.release());
        queue.clear();
        held = 0;
    }

    private void closeIfOver() {
        if (((DuplexChannel) source).isOutputShutdown()) {
            source.close();
            sink.close();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            ended = true;
            pump();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        drop();
        sink.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        reset();
    }
}

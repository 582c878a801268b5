// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Close;
import dev.fanfare.core.Encoder;
import dev.fanfare.core.Loop;
import dev.fanfare.core.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One WebSocket connection after its upgrade: the only handler of its channel. What is read goes
/// to its [Conversation], a session's as a rule; what the session writes goes to the channel as it
/// is. On the connection's loop only.
// Futures: what fails closes the channel, which is heard of as inactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class WebSocketEndpoint extends ChannelInboundHandlerAdapter
        implements Transport, FrameReader.Peer, NettyLoop.Watched {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketEndpoint.class);
    private static final long CLOSE_WITHIN = 5_000_000_000L;
    private static final long NOT_SEEN = Long.MIN_VALUE;
    private static final long SECOND = 1_000_000_000L;
    private static final int MOST_REASON = 123;
    private static final byte[] PING = {(byte) 0x89, 0};

    private final ServerShared shared;
    private final NettyLoop loop;
    private final FrameLimits frames;
    private final FrameReader reader;
    private final Channel channel;

    private final Compression compression;

    /// Where it is counted as a stranger; null when it is not, or not any more.
    private @Nullable String stranger;

    private @Nullable Conversation conversation;

    /// What was read and there was no room for; at most what one read brings.
    private @Nullable ByteBuf unread;

    private boolean reading;
    private Phase phase = Phase.OPEN;
    private @Nullable Close end;

    /// Since when the message under way is seen to be, or the close waits; nanoseconds.
    private long since = NOT_SEEN;

    private long controlsSince;
    private int controls;

    private enum Phase {
        OPEN,
        /// Our Close is sent, the peer's is awaited.
        CLOSING,
        /// Both are sent, or the peer's is not to be had: the rest is TCP's.
        CLOSED,
        GONE
    }

    /// @param terms with the compression that was agreed
    WebSocketEndpoint(ServerShared shared, NettyLoop loop, Gateway.Accept terms, Channel channel) {
        this.shared = shared;
        this.loop = loop;
        this.frames = terms.frames();
        this.channel = channel;
        this.compression = terms.compression();
        this.reader = new FrameReader(frames, terms.messages(), compression.mode(), this);
    }

    /// Begins the conversation.
    ///
    /// @param from where it is counted as a stranger until it is known
    void open(@Nullable String from, Function<Transport, Conversation> with) {
        stranger = from;
        shared.sessions().incrementAndGet();
        Conversation opened = with.apply(this);
        conversation = opened;
        if (phase == Phase.GONE) {
            opened.closed(ended());
        } else if (!opened.known() || phase != Phase.OPEN) {
            loop.watch(this);
        } else {
            known();
        }
    }

    // ---- from the channel

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Conversation live = conversation;
        if (live != null && phase.compareTo(Phase.CLOSED) < 0) {
            live.heard();
        }
        ByteBuf before = unread;
        unread = null;
        ByteBuf in = (ByteBuf) message;
        take(before == null ? in : Unpooled.wrappedBuffer(before, in));
    }

    private void take(ByteBuf in) {
        reading = true;
        try {
            if (conversation != null && phase.compareTo(Phase.CLOSED) < 0) {
                reader.read(in);
            } else {
                in.skipBytes(in.readableBytes());
            }
        } finally {
            reading = false;
            if (in.isReadable()) {
                unread = in;
            } else {
                in.release();
            }
        }
        readOrNot();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        begun();
    }

    private void begun() {
        if (reader.open() && since == NOT_SEEN) {
            since = shared.clock().nanos();
            loop.watch(this);
        }
    }

    @Override
    public boolean hasRoom() {
        Conversation live = conversation;
        return phase != Phase.OPEN || live == null || live.hasRoom();
    }

    @Override
    public void resume() {
        ByteBuf in = unread;
        if (in == null && phase != Phase.GONE) {
            readOrNot();
        } else if (in != null && !reading) {
            unread = null;
            take(in);
            begun();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        readOrNot();
        Conversation live = conversation;
        if (live != null && channel.isWritable()) {
            live.writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (phase == Phase.GONE) {
            return;
        }
        phase = Phase.GONE;
        if (unread != null) {
            unread.release();
            unread = null;
        }
        reader.stop();
        loop.forget(this);
        known();
        shared.sessions().decrementAndGet();
        Conversation live = conversation;
        if (live != null) {
            live.closed(ended());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (Parting.lost(cause)) {
            LOG.debug("connection lost", cause);
            channel.close();
        } else if (cause instanceof OutOfMemoryError) {
            // No memory for a Close either.
            shared.failures().warn("a connection is cut for want of memory", cause);
            Parting.abort(channel);
        } else {
            Conversation live = conversation;
            LOG.error("a connection failed at {}", live == null ? "" : live.name(), cause);
            violated(Close.INTERNAL);
        }
    }

    // ---- from the reader

    @Override
    public void text(byte[] message) {
        receive(live -> live.text(message));
    }

    @Override
    public void binary(byte[] message) {
        receive(live -> live.binary(message));
    }

    @Override
    public void tooLarge() {
        receive(Conversation::tooLarge);
    }

    @Override
    public void ping(byte[] payload) {
        if (phase == Phase.OPEN && controlled()) {
            ByteBuf pong = channel.alloc().directBuffer(2 + payload.length);
            pong.writeByte(0x8a).writeByte(payload.length).writeBytes(payload);
            write(pong);
            flush();
        }
    }

    @Override
    public void pong() {
        if (phase == Phase.OPEN) {
            controlled();
        }
    }

    @Override
    public void closed(int code) {
        if (phase == Phase.CLOSING) {
            phase = Phase.CLOSED;
            channel.close();
            return;
        }
        Close theirs =
                code == FrameReader.NO_STATUS
                        ? Close.NORMAL
                        : Close.of(code, "closed by the client");
        finish(theirs, code == FrameReader.NO_STATUS ? empty() : frame(code, ""));
        tell(theirs);
    }

    /// The peer cannot be understood any more: its own Close will not be read.
    @Override
    public void violated(Close close) {
        if (phase != Phase.OPEN) {
            cutShort();
            return;
        }
        finish(close, frame(close.code(), close.reason()));
        tell(close);
    }

    private void receive(Consumer<Conversation> message) {
        since = NOT_SEEN;
        Conversation live = conversation;
        if (live != null && phase == Phase.OPEN) {
            message.accept(live);
            if (stranger != null && live.known()) {
                known();
            }
        }
    }

    /// Counts a control frame; false when it was one too many.
    private boolean controlled() {
        long now = shared.clock().nanos();
        if (now - controlsSince >= SECOND) {
            controlsSince = now;
            controls = 0;
        }
        if (++controls <= frames.controls()) {
            return true;
        }
        Conversation live = conversation;
        if (live != null) {
            live.offended(Close.FLOOD);
        }
        return false;
    }

    // ---- from the session

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public Encoder encoder(Encoder plain) {
        return switch (compression.mode()) {
            case OFF -> plain;
            case DEFLATE -> shared.deflation().encoder(plain, compression);
        };
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
    public void ping() {
        write(Unpooled.wrappedBuffer(PING));
        flush();
    }

    @Override
    public void close(Close close) {
        if (phase != Phase.OPEN) {
            return;
        }
        end = close;
        if (close.code() == Close.LOST.code()) {
            Parting.abort(channel);
            return;
        }
        phase = Phase.CLOSING;
        await();
        channel.writeAndFlush(frame(close.code(), close.reason()), channel.voidPromise());
        readOrNot();
        if (unread != null) {
            loop.execute(this::resume);
        }
    }

    /// What cannot be written need not be asked for, and what there is no room for not be read; but
    /// a closing connection waits for a Close.
    private void readOrNot() {
        boolean on = phase != Phase.OPEN || (channel.isWritable() && hasRoom());
        channel.config().setAutoRead(on);
    }

    // ---- the end

    /// Sends the one Close frame, and then leaves the rest to TCP: our side is shut, and the peer's
    /// bytes are dropped until it shuts its own, lest a reset overtake the frame.
    private void finish(Close close, ByteBuf frame) {
        end = close;
        phase = Phase.CLOSED;
        reader.stop();
        await();
        readOrNot();
        Parting.after(channel.writeAndFlush(frame));
    }

    private void await() {
        since = shared.clock().nanos();
        loop.watch(this);
    }

    /// Nonsense while our own Close waits for the peer's.
    private void cutShort() {
        if (phase == Phase.CLOSING) {
            phase = Phase.CLOSED;
            channel.close();
        }
    }

    private void tell(Close close) {
        Conversation live = conversation;
        if (live != null) {
            live.closed(close);
        }
    }

    private Close ended() {
        return end == null ? Close.LOST : end;
    }

    private void known() {
        if (stranger != null) {
            shared.strangers().leave(stranger);
            stranger = null;
        }
    }

    @Override
    public NettyLoop.Verdict look(long now) {
        Conversation live = conversation;
        boolean strange = live != null && !live.known();
        if (!strange) {
            known();
        }
        return switch (phase) {
            case GONE -> NettyLoop.Verdict.LET_BE;
            case CLOSING, CLOSED -> {
                if (now - since >= CLOSE_WITHIN) {
                    Parting.abort(channel);
                }
                yield NettyLoop.Verdict.KEEP_WATCHING;
            }
            case OPEN -> {
                boolean open = reader.open() && since != NOT_SEEN;
                if (open && !channel.config().isAutoRead()) {
                    // What is not read is not late.
                    since = now;
                } else if (open && now - since >= frames.messageWithin().toNanos()) {
                    violated(Close.of(1008, "message not completed in time"));
                }
                yield strange || open || phase != Phase.OPEN
                        ? NettyLoop.Verdict.KEEP_WATCHING
                        : NettyLoop.Verdict.LET_BE;
            }
        };
    }

    @Override
    public void cut() {
        Parting.abort(channel);
    }

    private ByteBuf frame(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, MOST_REASON);
        return channel.alloc()
                .directBuffer(4 + length)
                .writeByte(0x88)
                .writeByte(2 + length)
                .writeShort(code)
                .writeBytes(text, 0, length);
    }

    private ByteBuf empty() {
        return channel.alloc().directBuffer(2).writeByte(0x88).writeByte(0);
    }
}

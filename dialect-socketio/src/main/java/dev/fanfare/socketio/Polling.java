// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Close;
import dev.fanfare.server.http.Response;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Long-polling: what is written waits, as the frames it is, for the next poll, and is taken apart
/// into a payload then.
///
/// Bounded by its [#pending] like any transport: what waits, and the answer that has not been
/// written out yet, count. The bytes are copied, lest a poller that never comes holds on to shared
/// buffers many times their size.
final class Polling implements Carrier {
    private static final int WRITABLE = 64 << 10;
    private static final byte[] NOTHING = {};
    private static final byte[] CLOSE = {'1'};
    private static final byte[] NOOP = {'6'};

    private final Runnable drained;
    private byte[] frames = NOTHING;
    private int length;
    private int underWay;
    private volatile @Nullable Poll waiting;
    private boolean noop;
    private boolean closed;

    /// @param written completes when the answer has been written out
    record Poll(CompletableFuture<Response> answer, CompletableFuture<Void> written) {}

    /// @param drained told when it takes more again
    Polling(Runnable drained) {
        this.drained = drained;
    }

    /// Whether a poll is waiting for something to be written. Any thread.
    boolean polled() {
        return waiting != null;
    }

    void poll(Poll poll) {
        waiting = poll;
        answer();
    }

    /// The poll's connection is lost.
    ///
    /// @return whether it was the one that waits
    boolean forget(Poll poll) {
        boolean was = waiting == poll;
        if (was) {
            waiting = null;
        }
        return was;
    }

    /// The next poll, or the one that waits, is answered even with nothing to say: the client is
    /// changing to a WebSocket.
    void release() {
        noop = true;
        answer();
    }

    void keep() {
        noop = false;
    }

    @Override
    public void write(ByteBuf more) {
        try {
            int size = more.readableBytes();
            if (!closed && size > 0) {
                if (length + size > frames.length) {
                    frames = Arrays.copyOf(frames, Math.max(length + size, length * 2));
                }
                more.readBytes(frames, length, size);
                length += size;
            }
        } finally {
            more.release();
        }
    }

    @Override
    public void flush() {
        answer();
    }

    private void answer() {
        Poll poll = waiting;
        if (underWay > 0 || poll == null || (length == 0 && !noop)) {
            return;
        }
        byte[] payload = length == 0 ? NOOP : Frames.payload(frames, length);
        waiting = null;
        frames = NOTHING;
        length = 0;
        underWay = payload.length;
        poll.answer.complete(payload(payload));
    }

    /// The last answer is written out.
    void written() {
        underWay = 0;
        answer();
        if (writable()) {
            drained.run();
        }
    }

    @Override
    public boolean writable() {
        return !closed && length + underWay < WRITABLE;
    }

    @Override
    public long pending() {
        return (long) length + underWay;
    }

    /// What nobody has polled, for the transport that takes over.
    byte[] rest() {
        byte[] left = Arrays.copyOf(frames, length);
        length = 0;
        frames = NOTHING;
        closed = true;
        end(NOOP);
        return left;
    }

    @Override
    public void close(Close close) {
        closed = true;
        if (length > 0 && waiting != null) {
            byte[] before = Frames.payload(frames, length);
            byte[] all = Arrays.copyOf(before, before.length + 2);
            all[before.length] = Frames.SEPARATOR;
            all[before.length + 1] = CLOSE[0];
            end(all);
        } else {
            end(CLOSE);
        }
        frames = NOTHING;
        length = 0;
    }

    /// The client has closed: a poll that waits is let go.
    void leave() {
        closed = true;
        frames = NOTHING;
        length = 0;
        end(NOOP);
    }

    private void end(byte[] payload) {
        Poll poll = waiting;
        if (poll != null) {
            waiting = null;
            poll.answer.complete(payload(payload));
        }
    }

    static Response payload(byte[] payload) {
        return Response.of(200, "text/plain; charset=UTF-8", payload)
                .header("Cache-Control", "no-store, no-transform");
    }
}

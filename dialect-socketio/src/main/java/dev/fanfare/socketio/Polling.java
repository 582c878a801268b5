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

    /// A poll that waits is answered even with nothing to say: the client is changing to a
    /// WebSocket.
    void release() {
        Poll poll = waiting;
        if (poll != null && underWay == 0 && length == 0) {
            waiting = null;
            noop(poll);
        }
    }

    static void noop(Poll poll) {
        poll.answer.complete(payload(NOOP));
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

    /// What was posted is the connection's.
    @Override
    public void resume() {}

    private void answer() {
        Poll poll = waiting;
        if (underWay > 0 || poll == null || length == 0) {
            return;
        }
        byte[] payload = Frames.payload(frames, length);
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

    /// What nobody has polled, for the transport that takes over. A poll that waits has overtaken
    /// the upgrade, and is answered as one behind it.
    byte[] rest() {
        byte[] left = Arrays.copyOf(frames, length);
        length = 0;
        frames = NOTHING;
        closed = true;
        end(EngineIo.badRequest());
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
            end(payload(all));
        } else {
            end(payload(CLOSE));
        }
        frames = NOTHING;
        length = 0;
    }

    /// The client has closed: a poll that waits is let go.
    ///
    /// @return whether one waited
    boolean leave() {
        closed = true;
        frames = NOTHING;
        length = 0;
        return end(payload(NOOP));
    }

    private boolean end(Response answer) {
        Poll poll = waiting;
        if (poll == null) {
            return false;
        }
        waiting = null;
        poll.answer.complete(answer);
        return true;
    }

    static Response payload(byte[] payload) {
        return Response.of(200, "text/plain; charset=UTF-8", payload)
                .header("Cache-Control", "no-store, no-transform");
    }
}

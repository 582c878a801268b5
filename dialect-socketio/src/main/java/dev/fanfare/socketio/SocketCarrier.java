// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Close;
import dev.fanfare.core.Transport;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// A WebSocket. After an upgrade it may live on another loop than the connection, which stays where
/// it began: then what is written in one turn is handed over as one task.
final class SocketCarrier implements Carrier {
    /// Bytes on their way to the other loop before no more is taken.
    private static final long MOST_UNDER_WAY = 64 << 10;

    private final Transport socket;
    private final AtomicLong underWay = new AtomicLong();
    private List<ByteBuf> batch = new ArrayList<>(0);
    private volatile boolean clear = true;
    private volatile long queued;

    /// Takes the messages that arrived during a pause.
    private Runnable resumed = () -> {};

    SocketCarrier(Transport socket) {
        this.socket = socket;
    }

    private boolean here() {
        return socket.loop().inLoop();
    }

    @Override
    public void write(ByteBuf frames) {
        if (here()) {
            socket.write(frames);
        } else {
            underWay.addAndGet(frames.readableBytes());
            batch.add(frames);
        }
    }

    @Override
    public void flush() {
        if (here()) {
            socket.flush();
        } else if (!batch.isEmpty()) {
            List<ByteBuf> handed = batch;
            batch = new ArrayList<>(1);
            socket.loop().execute(() -> arrived(handed));
        }
    }

    /// @param task takes the messages that arrived during the pause
    void onResume(Runnable task) {
        resumed = task;
    }

    @Override
    public void resume() {
        resumed.run();
    }

    /// The socket reads on.
    void resumeSocket() {
        socket.loop().execute(socket::resume);
    }

    /// On the socket's loop.
    private void arrived(List<ByteBuf> handed) {
        long bytes = 0;
        for (ByteBuf frames : handed) {
            bytes += frames.readableBytes();
            socket.write(frames);
        }
        socket.flush();
        underWay.addAndGet(-bytes);
        look();
    }

    /// Notes how the socket is; on its loop.
    void look() {
        clear = socket.writable();
        queued = socket.pending();
    }

    @Override
    public boolean writable() {
        return here() ? socket.writable() : clear && underWay.get() < MOST_UNDER_WAY;
    }

    @Override
    public long pending() {
        return here() ? socket.pending() : queued + underWay.get();
    }

    @Override
    public void close(Close close) {
        flush();
        if (here()) {
            socket.close(close);
        } else {
            socket.loop().execute(() -> socket.close(close));
        }
    }
}

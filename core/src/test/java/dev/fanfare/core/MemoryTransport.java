// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A connection whose other end is a list of lines, and which takes bytes only while the test lets
/// it.
final class MemoryTransport implements Transport {
    private final ManualLoop loop;
    private final StringBuilder text = new StringBuilder();
    private final List<String> lines = new ArrayList<>();
    private boolean writable = true;
    private Runnable asked = () -> {};
    private long pending;
    private int flushes;
    private int pings;
    private int resumes;
    private @Nullable Close closed;
    private @Nullable Session session;

    MemoryTransport(ManualLoop loop) {
        this.loop = loop;
    }

    MemoryTransport of(Session its) {
        session = its;
        return this;
    }

    Session session() {
        if (session == null) {
            throw new IllegalStateException("no session");
        }
        return session;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public boolean writable() {
        asked.run();
        return writable;
    }

    @Override
    public long pending() {
        return pending;
    }

    @Override
    public void write(ByteBuf frames) {
        text.append(frames.toString(StandardCharsets.UTF_8));
        pending += writable ? 0 : frames.readableBytes();
        frames.release();
        for (int end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
            lines.add(text.substring(0, end));
            text.delete(0, end + 1);
        }
    }

    @Override
    public void flush() {
        flushes++;
    }

    @Override
    public void resume() {
        resumes++;
    }

    @Override
    public void ping() {
        pings++;
    }

    @Override
    public void close(Close close) {
        if (closed == null) {
            closed = close;
            loop.execute(() -> session().closed(close));
        }
    }

    /// Something happens whenever it is asked whether it takes more.
    void whenAsked(Runnable deed) {
        asked = deed;
    }

    void stall() {
        writable = false;
    }

    void drain() {
        writable = true;
        pending = 0;
        loop.in(session()::writable);
    }

    /// The other end reads so many bytes, and goes on stalling.
    void read(long bytes) {
        pending = Math.max(0, pending - bytes);
    }

    /// What came since this was last asked.
    List<String> take() {
        List<String> taken = List.copyOf(lines);
        lines.clear();
        return taken;
    }

    @Nullable Close closed() {
        return closed;
    }

    int flushes() {
        return flushes;
    }

    int resumes() {
        return resumes;
    }

    int pings() {
        return pings;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Close;
import dev.fanfare.core.Encoder;
import dev.fanfare.core.Environment;
import dev.fanfare.core.Loop;
import dev.fanfare.core.Session;
import dev.fanfare.core.Transport;
import dev.fanfare.engine.Position;
import dev.fanfare.server.http.Response;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A session whose frames go out as events (HTML standard, 9.2) for as long as it lasts. The answer
/// begins when the session has got in: until then it may become another. On its loop only.
///
/// The client has no way to say that it is there. That bytes are sent counts as a sign of life;
/// that nobody takes them is for TCP to find out, and for the outbox's bound.
final class EventStream implements Transport, Gateway.Streamed {
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final int RETRY_FROM = 500;
    private static final int RETRY_TO = 3_000;

    /// Within how long the clients of streams that have lasted long enough come back.
    private static final int RETURN_WITHIN = 2_000;

    private final Loop loop;
    private final ExchangeRequest.Form form;
    private final Script script;
    private final Environment environment;
    private final Whereabouts whereabouts;
    private long until;
    private @Nullable Session session;
    private @Nullable Transport stream;

    /// Until the answer begins.
    private @Nullable Caller caller;

    private @Nullable Close end;

    /// What was written before the answer began.
    private @Nullable List<ByteBuf> held = new ArrayList<>(1);

    EventStream(Caller caller, ExchangeRequest asked, Script script, Environment environment) {
        this.loop = caller.loop();
        this.caller = caller;
        this.form = asked.form();
        this.script = script;
        this.environment = environment;
        this.whereabouts = new Whereabouts(asked.channels());
    }

    /// Its session has begun, and lasts about so long.
    void open(Session opened, Duration life) {
        session = opened;
        Close ended = end;
        if (ended != null) {
            opened.closed(ended);
            return;
        }
        long tenth = Math.max(1, life.toNanos() / 10);
        until = environment.clock().nanos() + 9 * tenth + environment.random().nextLong(tenth);
        Caller waits = caller;
        if (waits != null) {
            waits.whenGone(this::gone);
        }
        script.begin(opened);
    }

    private void begin(Caller by) {
        caller = null;
        if (end == null) {
            by.known();
        }
        Transport begun =
                by.stream(
                        Response.of(200, "text/event-stream", new byte[0])
                                // A proxy that compressed it would hold events back.
                                .header("Cache-Control", "no-store, no-transform")
                                .header("X-Accel-Buffering", "no"),
                        this);
        stream = begun;
        if (form == ExchangeRequest.Form.FOLLOW) {
            int retry = environment.random().nextInt(RETRY_FROM, RETRY_TO);
            begun.write(ascii("retry: " + retry + "\n\n"));
        }
        List<ByteBuf> before = held;
        held = null;
        if (before != null) {
            before.forEach(begun::write);
        }
    }

    private static ByteBuf ascii(String text) {
        return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.US_ASCII));
    }

    // ---- from the session

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public Encoder encoder(Encoder plain) {
        return script.wire();
    }

    @Override
    public boolean writable() {
        Transport out = stream;
        return out == null ? held != null : out.writable();
    }

    @Override
    public long pending() {
        Transport out = stream;
        return out == null ? 0 : out.pending();
    }

    @Override
    public void write(ByteBuf frames) {
        Transport out = stream;
        List<ByteBuf> before = held;
        if (out != null) {
            out.write(frames);
        } else if (before != null) {
            before.add(frames);
        } else {
            frames.release();
        }
    }

    @Override
    public void begins(String channel, Position at) {
        whereabouts.reached(channel, at);
    }

    @Override
    public void reached(String channel, Position upTo) {
        whereabouts.reached(channel, upTo);
    }

    @Override
    public void flush() {
        Session here = session;
        if (here == null || end != null) {
            return;
        }
        Caller waits = caller;
        if (waits != null && here.connected()) {
            begin(waits);
        }
        Transport out = stream;
        if (out != null) {
            byte[] id = whereabouts.moved();
            if (id != null) {
                out.write(Unpooled.wrappedBuffer(id));
            }
            out.flush();
        }
        // What this writes comes with the next flush: an id stands behind what it is about.
        script.proceed(here);
    }

    @Override
    public void ping() {
        Session here = session;
        if (here == null) {
            return;
        }
        here.heard();
        if (stream == null) {
            // It has only just got in, and is answered in this turn.
            return;
        }
        if (environment.clock().nanos() - until >= 0) {
            here.disconnect(
                    new Close(
                            Close.restart(0).code(),
                            "lasted long enough",
                            environment.random().nextInt(RETURN_WITHIN)));
        } else {
            write(Unpooled.wrappedBuffer(COMMENT));
            flush();
        }
    }

    @Override
    public void close(Close close) {
        if (end != null) {
            return;
        }
        end = close;
        Caller waits = caller;
        if (waits != null) {
            Response refused = Refusing.of(form, close);
            if (refused != null) {
                drop();
                waits.answer(refused);
                ended();
                return;
            }
            begin(waits);
        }
        byte[] parting = script.parting(close);
        if (parting != null) {
            write(Unpooled.wrappedBuffer(parting));
        }
        if (stream != null) {
            stream.close(close);
        }
    }

    // ---- from the connection

    @Override
    public void drained() {
        if (session != null) {
            session.writable();
        }
    }

    @Override
    public void gone() {
        if (end == null) {
            end = Close.LOST;
        }
        drop();
        ended();
    }

    private void ended() {
        if (session != null && end != null) {
            session.closed(end);
        }
    }

    private void drop() {
        List<ByteBuf> before = held;
        held = null;
        if (before != null) {
            before.forEach(ByteBuf::release);
        }
    }
}

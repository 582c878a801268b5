// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Close;
import dev.fanfare.core.Encoder;
import dev.fanfare.core.Loop;
import dev.fanfare.core.Session;
import dev.fanfare.core.Transport;
import dev.fanfare.engine.Clock;
import dev.fanfare.server.http.Response;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A session that ends with its answer: what is written to it is gathered until everything that was
/// asked is answered and there is news, or nobody wants to wait any longer. On its loop only.
///
/// It stops taking what is pushed at [#FULL] bytes and one turn's worth: the client's next
/// positions bring the rest. Replies count against the endpoint's outbox as everywhere.
final class PollAnswer implements Transport {
    private static final int FULL = 512 << 10;
    private static final byte[] NOTHING = {};

    /// How long replies are waited for, even if nobody waits for news.
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    private final Caller caller;
    private final Script script;
    private final Duration wait;
    private @Nullable Session session;
    private Clock.@Nullable Timer timer;
    private byte[] frames = NOTHING;
    private int length;
    private Hurry hurry;
    private @Nullable Close end;

    private enum Hurry {
        /// For news.
        WAITS,
        /// Only for replies.
        DUE,
        DONE
    }

    PollAnswer(Caller caller, Script script, Duration wait) {
        this.caller = caller;
        this.script = script;
        this.wait = wait;
        this.hurry = wait.isZero() ? Hurry.DUE : Hurry.WAITS;
    }

    /// Its session has begun.
    void open(Session opened, Clock clock) {
        session = opened;
        Close ended = end;
        if (ended != null) {
            opened.closed(ended);
            return;
        }
        caller.whenGone(() -> finish(Close.LOST));
        Duration first = wait.isZero() ? PATIENCE : wait;
        timer = clock.after(first, () -> caller.loop().execute(() -> due(clock)));
        script.begin(opened);
    }

    private void due(Clock clock) {
        Duration rest = PATIENCE.minus(wait);
        if (hurry == Hurry.WAITS && rest.isPositive() && !script.answered()) {
            hurry = Hurry.DUE;
            timer = clock.after(rest, () -> caller.loop().execute(() -> finish(Close.NORMAL)));
        } else {
            finish(Close.NORMAL);
        }
    }

    private void finish(Close close) {
        if (hurry == Hurry.DONE) {
            return;
        }
        hurry = Hurry.DONE;
        if (timer != null) {
            timer.cancel();
        }
        boolean inside = script.inside();
        if (session != null) {
            // What is gathered for it comes with this.
            session.closed(close);
        }
        Response refused = inside ? null : Refusing.of(ExchangeRequest.Form.POLL, close);
        caller.answer(refused == null ? body(close) : refused);
        frames = NOTHING;
    }

    private Response body(Close close) {
        Response whole =
                Response.of(200, "application/x-ndjson", Arrays.copyOf(frames, length))
                        .header("X-Accel-Buffering", "no");
        // Who is to come back is to come to whoever takes connections now.
        return close.code() == Close.restart(0).code()
                ? whole.header("Connection", "close")
                : whole;
    }

    // ---- from the session

    @Override
    public Loop loop() {
        return caller.loop();
    }

    @Override
    public Encoder encoder(Encoder plain) {
        return script.wire();
    }

    @Override
    public boolean writable() {
        return hurry != Hurry.DONE && length < FULL;
    }

    @Override
    public long pending() {
        return length;
    }

    @Override
    public boolean draining() {
        return false;
    }

    @Override
    public void write(ByteBuf more) {
        try {
            int size = more.readableBytes();
            if (length + size > frames.length) {
                frames = Arrays.copyOf(frames, Math.max(length + size, length * 2));
            }
            more.readBytes(frames, length, size);
            length += size;
        } finally {
            more.release();
        }
    }

    @Override
    public void flush() {
        Session here = session;
        if (here == null || hurry == Hurry.DONE) {
            return;
        }
        if (here.connected() && !script.inside()) {
            caller.known();
        }
        script.proceed(here);
        if (script.answered() && (hurry == Hurry.DUE || script.news(length))) {
            finish(Close.NORMAL);
        }
    }

    /// It would have to be pinged: but a poll does not last.
    @Override
    public void ping() {
        if (session != null) {
            session.heard();
        }
    }

    @Override
    public void close(Close close) {
        if (hurry == Hurry.DONE || end != null) {
            return;
        }
        end = close;
        byte[] parting = script.parting(close);
        if (parting != null) {
            write(Unpooled.wrappedBuffer(parting));
        }
        finish(close);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Filter;
import dev.fanfare.core.Loop;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Reply;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Position;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One client's way back to where its session was: each channel is resumed behind its place, and
/// what is written meanwhile waits, for the client is told first whether it worked. It works wholly
/// or not at all. On the socket's loop.
final class Return {
    private static final long MOST_HELD = 256 << 10;
    private static final Refusal AGAIN =
            Refusal.of(Refusal.Code.UNAVAILABLE, "The session begins anew.");

    private final Loop loop;
    private final String secret;
    private final Returns.Left left;
    private final @Nullable String offset;
    private final List<ByteBuf> waiting = new ArrayList<>();
    private final List<String> resumed = new ArrayList<>();
    private long held;
    private int open;
    private boolean whole = true;

    /// Is told how it went.
    interface Outcome {
        void returned(boolean whole);
    }

    /// @param offset the last one that the client saw
    Return(Loop loop, String secret, Returns.Left left, @Nullable String offset) {
        this.loop = loop;
        this.secret = secret;
        this.left = left;
        this.offset = offset;
    }

    String secret() {
        return secret;
    }

    /// The id of the session that was.
    String id() {
        return left.id();
    }

    boolean of(@Nullable String user) {
        return Objects.equals(user, left.user());
    }

    void begin(Session session, Outcome outcome) {
        Map<String, Filter> channels = left.channels();
        Map<String, Position> places = left.trail().places(offset, channels.keySet());
        open = 1;
        if (places == null) {
            whole = false;
        } else {
            open += channels.size();
            channels.forEach((channel, filter) ->
                    session.resume(channel, Objects.requireNonNull(places.get(channel)), filter)
                            .whenComplete((how, _) -> done(session, channel, how, outcome)));
        }
        done(session, null, Reply.Recovered.YES, outcome);
    }

    private void done(
            Session session,
            @Nullable String channel,
            Reply.@Nullable Recovered how,
            Outcome outcome) {
        if (channel != null && how != null) {
            resumed.add(channel);
        }
        whole &= how == Reply.Recovered.YES;
        if (--open > 0) {
            return;
        }
        if (whole) {
            outcome.returned(true);
            return;
        }
        resumed.forEach(each -> session.unsubscribe(each, AGAIN));
        // Behind the turn in which the last of the session's frames come to be held.
        loop.execute(() -> outcome.returned(false));
    }

    Returns.Left left() {
        return left;
    }

    boolean writable() {
        return held < MOST_HELD;
    }

    long held() {
        return held;
    }

    void hold(ByteBuf frames) {
        held += frames.readableBytes();
        waiting.add(frames);
    }

    void handOver(Carrier to) {
        waiting.forEach(to::write);
        waiting.clear();
        held = 0;
    }

    void release() {
        waiting.forEach(ByteBuf::release);
        waiting.clear();
        held = 0;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Close;
import dev.fanfare.core.Hub;
import dev.fanfare.core.Loop;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Clock;
import dev.fanfare.server.http.Request;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// One Engine.IO connection, by whatever it travels, and the sockets of its namespaces.
///
/// It lives on the loop it began on, also when it changes to a WebSocket of another: all is called
/// there, except where it says otherwise.
// Futures: what is ignored only says that it was heard.
@SuppressWarnings("FutureReturnValueIgnored")
final class Connection {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Close LOST = DisconnectReason.LOST;
    static final Close BROKEN = DisconnectReason.BROKEN;
    private static final Close SILENT = DisconnectReason.SILENT;
    private static final Close ALONE = Close.of(1001, "no namespace");
    private static final byte[] PING = Frames.text("2");

    /// How long a poll waits while the client upgrades to a WebSocket, as with npm's server.
    private static final Duration NOOP_INTERVAL = Duration.ofMillis(100);

    /// Packets between two pings that no session's rate counts.
    private static final int MOST_CONTROLS = 200;

    private final EngineIo home;
    private final String sid;
    private final Loop loop;
    private final Request opened;
    private final Sockets sockets;
    private final PacketReader reader;
    private volatile Carrier carrier;
    private int controls;

    private long pingAt;

    /// 0 when no pong is awaited.
    private long pongBy;

    private long companyBy;
    private volatile long due;

    /// What [#timer] is set to; the latest time there is when it is not.
    private long armedFor = Long.MAX_VALUE;

    private Clock.Timer timer = () -> {};
    private Clock.Timer release = () -> {};

    /// Whether the client closed the session while no poll waited: one may still be in flight.
    private volatile boolean awaitingLastPoll;

    private volatile long endedAt;
    private volatile boolean open = true;
    private volatile boolean known;

    /// Whether a WebSocket tries to take over, or has.
    private volatile boolean claimed;

    /// Where it is counted until it is known; null when it is not.
    private volatile @Nullable String stranger;

    /// @param first what it travels by, or null for long-polling
    Connection(EngineIo home, Loop loop, Request opened, @Nullable Carrier first) {
        this.home = home;
        this.sid = home.newSid();
        this.loop = loop;
        this.opened = opened;
        this.sockets = new Sockets(this, home, opened);
        this.reader = new PacketReader(this, sockets);
        this.carrier = first == null ? new Polling(this::drained) : first;
        this.claimed = first != null;
        long now = home.clock().nanos();
        pingAt = now + home.settings().pingInterval().toNanos();
        companyBy = now + home.settings().connectWithin().toNanos();
        schedule();
    }

    String sid() {
        return sid;
    }

    Loop loop() {
        return loop;
    }

    Carrier carrier() {
        return carrier;
    }

    /// Any thread.
    boolean open() {
        return open;
    }

    /// Any thread.
    boolean claimed() {
        return claimed;
    }

    /// Whether a poll waits. Any thread.
    boolean polled() {
        return carrier instanceof Polling polling && polling.polled();
    }

    /// About how many bytes wait for polls. Any thread.
    long waiting() {
        return carrier instanceof Polling polling ? polling.pending() : 0;
    }

    /// Whether a request that names this connection comes from where it was opened: by somebody who
    /// shows the same token. Any thread.
    boolean sameAs(Request request) {
        return opened.query("token").equals(request.query("token"));
    }

    void stranger(@Nullable String at) {
        stranger = at;
    }

    boolean isKnown() {
        return known;
    }

    /// One of its sockets is connected.
    void known() {
        known = true;
        home.left(stranger);
        stranger = null;
    }

    /// Runs on the loop: at once when this is the loop. Any thread.
    void onLoop(Runnable task) {
        if (loop.inLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    Hub hub() {
        return home.hub();
    }

    Returns returns() {
        return home.returns();
    }

    String newSecret() {
        return home.newSid();
    }

    /// When something that begins now will be over.
    long until(Duration time) {
        return home.clock().nanos() + time.toNanos();
    }

    Clock.Timer after(Duration time, Runnable task) {
        return home.clock().after(time, () -> loop.execute(task));
    }

    /// The packet that opens it: `0{...}`.
    byte[] greeting() {
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("sid", sid);
        said.put("upgrades", claimed ? List.of() : List.of("websocket"));
        said.put("pingInterval", home.settings().pingInterval().toMillis());
        said.put("pingTimeout", home.settings().pingTimeout().toMillis());
        said.put("maxPayload", home.settings().maxPayload());
        return ("0" + JSON.writeValueAsString(said))
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    // ---- Engine.IO

    PacketReader reader() {
        return reader;
    }

    /// The client is not read: what it does not say meanwhile is not its silence.
    void paused() {
        schedule();
    }

    void resumed() {
        if (pongBy != 0) {
            pongBy = home.clock().nanos() + home.settings().pingTimeout().toNanos();
        }
        schedule();
    }

    void pong() throws BadPacket {
        control();
        pongBy = 0;
        pingAt = home.clock().nanos() + home.settings().pingInterval().toNanos();
        schedule();
    }

    /// Counts what costs no session its rate.
    void control() throws BadPacket {
        if (++controls > MOST_CONTROLS) {
            throw new BadPacket("too many control packets");
        }
    }

    void closedByClient() {
        if (carrier instanceof Polling polling) {
            awaitingLastPoll = !polling.leave();
        }
        end(DisconnectReason.CLOSED);
    }

    /// A socket is gone; if it was the last, the client has a while to open another.
    void left(NamespaceSocket socket) {
        if (sockets.remove(socket)) {
            if (sockets.isEmpty()) {
                Duration patience =
                        home.settings().pingInterval().plus(home.settings().pingTimeout());
                companyBy = home.clock().nanos() + patience.toNanos();
                schedule();
            }
        }
    }

    // ---- long-polling, and the change to a WebSocket

    /// @return why it cannot be waited for, or null
    @Nullable String poll(Polling.Poll poll) {
        if (awaitingLastPoll) {
            awaitingLastPoll = false;
            home.lastPollAnswered(this);
            Polling.noop(poll);
            return null;
        }
        if (!open || !(carrier instanceof Polling polling)) {
            return "closed";
        }
        if (polling.polled()) {
            close(BROKEN);
            return "overlap";
        }
        poll.answer()
                .whenComplete((_, _) -> {
                    if (poll.answer().isCancelled()) {
                        onLoop(() -> cancelled(polling, poll));
                    }
                });
        poll.written().whenComplete((_, failure) -> onLoop(() -> written(polling, failure)));
        polling.poll(poll);
        return null;
    }

    private void cancelled(Polling polling, Polling.Poll poll) {
        if (carrier == polling && polling.forget(poll)) {
            end(LOST);
        }
    }

    private void written(Polling polling, @Nullable Throwable failure) {
        if (carrier != polling) {
            return;
        }
        if (failure == null) {
            polling.written();
        } else {
            end(LOST);
        }
    }

    /// A WebSocket wants to take over. Any thread.
    ///
    /// @return whether it is the first
    boolean claim() {
        synchronized (this) {
            boolean first = !claimed;
            claimed = true;
            return first;
        }
    }

    /// The WebSocket that wanted to take over is gone.
    void unclaim() {
        if (carrier instanceof Polling) {
            claimed = false;
            release.cancel();
        }
    }

    /// `2probe`: polls are answered soon, so that the client can stop polling; not at once, so that
    /// one that overtakes the `5` is not taken for one before it.
    void probed(Carrier by) {
        if (open && carrier instanceof Polling polling) {
            by.send(Frames.text("3probe"));
            releaseSoon(polling);
        } else {
            by.close(LOST);
        }
    }

    private void releaseSoon(Polling polling) {
        release.cancel();
        release =
                after(
                        NOOP_INTERVAL,
                        () -> {
                            if (open && claimed && carrier == polling) {
                                polling.release();
                                releaseSoon(polling);
                            }
                        });
    }

    /// `5`: from now on by WebSocket.
    void upgrade(Carrier to) {
        if (open && carrier instanceof Polling polling) {
            release.cancel();
            byte[] rest = polling.rest();
            carrier = to;
            to.write(Unpooled.wrappedBuffer(rest));
            to.flush();
            drained();
        } else {
            to.close(LOST);
        }
    }

    /// The carrier takes more again.
    void drained() {
        for (NamespaceSocket socket : sockets.all()) {
            Session session = socket.opened();
            if (session != null) {
                session.writable();
            }
        }
    }

    /// A WebSocket is gone.
    void lost(Carrier by, Close close) {
        if (carrier == by) {
            end(DisconnectReason.transport(close));
        }
    }

    // ---- time and the end

    /// Whether it has to be looked at by then. Any thread.
    boolean due(long by) {
        return by >= due;
    }

    /// Does what is due, and sets a timer for what is due before the next sweep or two.
    void arm() {
        long now = home.clock().nanos();
        if (!open || due - now > EngineIo.TIMER_HORIZON) {
            return;
        }
        if (now >= due) {
            checkDeadlines(now);
        } else if (due < armedFor) {
            timer.cancel();
            armedFor = due;
            timer = after(Duration.ofNanos(due - now), this::onTimer);
        }
    }

    private void onTimer() {
        armedFor = Long.MAX_VALUE;
        arm();
    }

    private void checkDeadlines(long now) {
        if (pongBy != 0 && now >= pongBy && reader.hasRoom()) {
            close(SILENT);
        } else if (sockets.isEmpty() && now >= companyBy) {
            close(ALONE);
        } else if (now >= pingAt && (pongBy == 0 || !reader.hasRoom())) {
            controls = 0;
            pingAt = now + home.settings().pingInterval().toNanos();
            pongBy = now + home.settings().pingTimeout().toNanos();
            carrier.send(PING);
        }
        schedule();
    }

    private void schedule() {
        long next = pongBy == 0 || !reader.hasRoom() ? pingAt : pongBy;
        due = sockets.isEmpty() ? Math.min(next, companyBy) : next;
        arm();
    }

    /// Whether the client closed the session while no poll waited. Any thread.
    boolean isAwaitingLastPoll() {
        return awaitingLastPoll;
    }

    /// Any thread.
    long endedAt() {
        return endedAt;
    }

    /// Ends it from our side.
    void close(Close close) {
        if (open) {
            end(close);
            carrier.close(close);
        }
    }

    private void end(Close close) {
        if (!open) {
            return;
        }
        open = false;
        endedAt = home.clock().nanos();
        timer.cancel();
        release.cancel();
        reader.end();
        home.left(stranger);
        stranger = null;
        for (NamespaceSocket socket : sockets.all()) {
            socket.lost(close);
        }
        sockets.clear();
        // Who sees that it is gone can come back to its sockets.
        home.gone(this);
        if (carrier instanceof SocketCarrier) {
            carrier.close(close);
        }
    }
}

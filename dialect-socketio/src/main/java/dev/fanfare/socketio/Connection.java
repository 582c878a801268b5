// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Close;
import dev.fanfare.core.Loop;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Clock;
import dev.fanfare.server.http.Request;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/// One Engine.IO connection, by whatever it travels, and the sockets of its namespaces.
///
/// It lives on the loop it began on, also when it changes to a WebSocket of another: all is called
/// there, except where it says otherwise.
// Futures: what is ignored only says that it was heard.
@SuppressWarnings("FutureReturnValueIgnored")
final class Connection {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Close LOST = Close.LOST;
    private static final Close BROKEN = Close.of(1002, "bad packet");
    private static final Close SILENT = Close.of(1001, "ping timeout");
    private static final Close ALONE = Close.of(1001, "no namespace");
    private static final byte[] PING = Frames.text("2");

    /// How long a poll may wait while the client changes to a WebSocket; npm's server has the same.
    private static final Duration POLL_WITHIN = Duration.ofMillis(100);

    /// In one POST, which holds the loop while it is read.
    private static final int MOST_PACKETS = 10_000;

    /// Packets between two pings that no session's rate counts.
    private static final int MOST_CONTROLS = 200;

    private final EngineIo home;
    private final String sid;
    private final Loop loop;
    private final Request opened;
    private final Sockets sockets;
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

    /// Whether the client has closed it, and a poll that may be under way has to hear that.
    private volatile boolean owesPoll;

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

    /// A text message of a WebSocket.
    void text(byte[] message) {
        try {
            if (open && message.length == 0) {
                throw new BadPacket("an empty packet");
            }
            packet(message);
        } catch (BadPacket e) {
            broken(e);
        }
    }

    /// A binary message of a WebSocket.
    void binary(byte[] message) {
        try {
            sockets.attachment(message);
        } catch (BadPacket e) {
            broken(e);
        }
    }

    /// The body of a POST: packets with 0x1e between them.
    ///
    /// @return whether all of it could be read
    boolean payload(byte[] body) {
        try {
            int from = 0;
            int packets = 0;
            for (int to = 0; to <= body.length && open; to++) {
                if (to == body.length || body[to] == Frames.SEPARATOR) {
                    if (++packets > MOST_PACKETS) {
                        throw new BadPacket("more than " + MOST_PACKETS + " packets at once");
                    }
                    posted(Arrays.copyOfRange(body, from, to));
                    from = to + 1;
                }
            }
            return true;
        } catch (BadPacket e) {
            broken(e);
            return false;
        }
    }

    private void posted(byte[] packet) throws BadPacket {
        if (packet.length == 0) {
            throw new BadPacket("an empty packet");
        }
        if (packet[0] != 'b') {
            packet(packet);
            return;
        }
        try {
            sockets.attachment(
                    Base64.getDecoder().decode(Arrays.copyOfRange(packet, 1, packet.length)));
        } catch (IllegalArgumentException e) {
            throw new BadPacket("no base64");
        }
    }

    private void packet(byte[] packet) throws BadPacket {
        if (!open) {
            return;
        }
        switch (packet[0]) {
            case '4' -> sockets.message(packet);
            case '3' -> pong();
            case '1' -> closedByClient();
            case '6' -> control();
            default -> throw new BadPacket("no packet for a server");
        }
    }

    private void pong() throws BadPacket {
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

    private void closedByClient() {
        if (carrier instanceof Polling polling) {
            owesPoll = !polling.leave();
        }
        end(Close.NORMAL);
    }

    private void broken(BadPacket why) {
        if (open) {
            LOG.debug("a connection ends, sid={}: {}", sid, why.getMessage());
            close(BROKEN);
        }
    }

    /// A socket is gone; if it was the last, the client has a while to open another.
    void left(NamespaceSocket socket) {
        if (sockets.remove(socket)) {
            home.closed(socket);
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
        if (owesPoll) {
            owesPoll = false;
            home.settled(this);
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
                        POLL_WITHIN,
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
            end(close);
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
        if (!open || due - now > EngineIo.SOON) {
            return;
        }
        if (now >= due) {
            look(now);
        } else if (due < armedFor) {
            timer.cancel();
            armedFor = due;
            timer = after(Duration.ofNanos(due - now), this::rung);
        }
    }

    private void rung() {
        armedFor = Long.MAX_VALUE;
        arm();
    }

    private void look(long now) {
        if (pongBy != 0 && now >= pongBy) {
            close(SILENT);
        } else if (sockets.isEmpty() && now >= companyBy) {
            close(ALONE);
        } else if (pongBy == 0 && now >= pingAt) {
            controls = 0;
            pongBy = now + home.settings().pingTimeout().toNanos();
            carrier.send(PING);
        }
        schedule();
    }

    private void schedule() {
        long next = pongBy == 0 ? pingAt : pongBy;
        due = sockets.isEmpty() ? Math.min(next, companyBy) : next;
        arm();
    }

    /// Whether the client has closed it, and no poll has heard that. Any thread.
    boolean owesPoll() {
        return owesPoll;
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
        home.left(stranger);
        stranger = null;
        for (NamespaceSocket socket : sockets.all()) {
            socket.lost(close);
            home.closed(socket);
        }
        sockets.clear();
        // Who sees that it is gone can come back to its sockets.
        home.gone(this);
        if (carrier instanceof SocketCarrier) {
            carrier.close(close);
        }
    }
}

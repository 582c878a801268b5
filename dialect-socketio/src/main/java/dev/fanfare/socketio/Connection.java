// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Close;
import dev.fanfare.core.Command;
import dev.fanfare.core.Credentials;
import dev.fanfare.core.Loop;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Clock;
import dev.fanfare.server.http.Request;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
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
    private static final Close SUPERSEDED = Close.of(1001, "the client is back");
    private static final Close ALONE = Close.of(1001, "no namespace");
    private static final byte[] PING = Frames.text("2");
    private static final int MOST_AUTH = 16 << 10;

    /// In one POST, which holds the loop while it is read.
    private static final int MOST_PACKETS = 10_000;

    /// Packets between two pings that no session's rate counts.
    private static final int MOST_CONTROLS = 200;

    private final EngineIo home;
    private final String sid;
    private final Loop loop;
    private final Request opened;
    private final Map<String, NamespaceSocket> sockets = new LinkedHashMap<>(2);
    private final Set<String> left = new HashSet<>(0);
    private volatile Carrier carrier;
    private @Nullable Packet incomplete;
    private List<byte[]> attachments = List.of();
    private int controls;

    private long pingAt;

    /// 0 when no pong is awaited.
    private long pongBy;

    private long companyBy;
    private volatile long due;
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
        this.carrier = first == null ? new Polling(this::drained) : first;
        this.claimed = first != null;
        long now = home.clock().nanos();
        pingAt = now + home.settings().pingInterval().toNanos();
        companyBy = now + home.settings().connectWithin().toNanos();
        due = Math.min(pingAt, companyBy);
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
            attachment(message);
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
            attachment(Base64.getDecoder().decode(Arrays.copyOfRange(packet, 1, packet.length)));
        } catch (IllegalArgumentException e) {
            throw new BadPacket("no base64");
        }
    }

    private void packet(byte[] packet) throws BadPacket {
        if (!open) {
            return;
        }
        switch (packet[0]) {
            case '4' -> message(packet);
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
    private void control() throws BadPacket {
        if (++controls > MOST_CONTROLS) {
            throw new BadPacket("too many control packets");
        }
    }

    private void closedByClient() {
        if (carrier instanceof Polling polling) {
            polling.leave();
        }
        end(Close.NORMAL);
    }

    private void broken(BadPacket why) {
        if (open) {
            LOG.debug("a connection ends, sid={}: {}", sid, why.getMessage());
            close(BROKEN);
        }
    }

    // ---- Socket.IO

    private void message(byte[] text) throws BadPacket {
        if (incomplete != null) {
            throw new BadPacket("a packet inside another");
        }
        Packet packet = Packet.read(text, 1);
        if (packet.attachments() == 0) {
            take(packet, List.of());
        } else {
            incomplete = packet;
            attachments = new ArrayList<>(packet.attachments());
        }
    }

    private void attachment(byte[] bytes) throws BadPacket {
        Packet packet = incomplete;
        if (!open) {
            return;
        }
        if (packet == null) {
            throw new BadPacket("bytes that belong to nothing");
        }
        attachments.add(bytes);
        if (attachments.size() == packet.attachments()) {
            List<byte[]> all = attachments;
            incomplete = null;
            attachments = List.of();
            take(packet, all);
        }
    }

    private void take(Packet packet, List<byte[]> bytes) throws BadPacket {
        NamespaceSocket socket = sockets.get(packet.namespace());
        if (packet.type() == Packet.Type.CONNECT && socket == null) {
            connect(packet);
        } else if (socket != null) {
            switch (packet.type()) {
                case EVENT, BINARY_EVENT -> event(socket, packet, bytes);
                case ACK, BINARY_ACK -> acked(socket, packet, bytes);
                case DISCONNECT -> {
                    control();
                    socket.left(Close.NORMAL);
                    left(socket);
                }
                case CONNECT, CONNECT_ERROR -> throw new BadPacket("the socket is connected");
            }
        } else if (!left.contains(packet.namespace())) {
            throw new BadPacket("the socket is not connected");
        }
    }

    private void event(NamespaceSocket socket, Packet packet, List<byte[]> bytes) throws BadPacket {
        Event event = Arguments.event(packet.json(), bytes);
        long id = packet.id() + 1;
        Command command;
        try {
            command = socket.namespace().traits().events().command(id, event);
        } catch (RuntimeException e) {
            LOG.error("the events of namespace {} failed", packet.namespace(), e);
            command =
                    new Command.Malformed(
                            id,
                            Refusal.of(
                                    Refusal.Code.INTERNAL,
                                    "The server could not handle this message."));
        }
        Session session = socket.opened();
        if (session == null) {
            throw new BadPacket("the socket is not connected yet");
        }
        session.receive(command);
    }

    private void acked(NamespaceSocket socket, Packet packet, List<byte[]> bytes) throws BadPacket {
        if (packet.id() == Packet.NO_ID) {
            throw new BadPacket("an ack without an id");
        }
        control();
        socket.acked(packet.id(), Arguments.ack(packet.json(), bytes));
    }

    private void connect(Packet packet) throws BadPacket {
        control();
        Map<String, Object> auth = auth(packet.json());
        Namespace namespace = home.namespace(packet.namespace());
        if (namespace == null) {
            carrier.send(EngineIo.invalidNamespace(packet.namespace()));
            return;
        }
        Handshake handshake =
                new Handshake(
                        opened.query(),
                        opened.headers(),
                        opened.remote(),
                        packet.json().length == 0 ? new byte[] {'{', '}'} : packet.json());
        NamespaceSocket socket = new NamespaceSocket(this, namespace, handshake);
        sockets.put(namespace.name(), socket);
        left.remove(namespace.name());
        if (namespace.recovers() && auth.get("pid") instanceof String secret) {
            back(socket, secret, auth);
        } else {
            enter(socket, auth, home.hub().newId());
        }
    }

    /// A socket that was here before. If it is still here, that one is lost: the client says so.
    private void back(NamespaceSocket socket, String secret, Map<String, Object> auth) {
        NamespaceSocket before = home.returns().present(secret);
        if (before == null) {
            found(socket, secret, auth);
        } else {
            Connection old = before.connection();
            old.onLoop(() -> {
                old.close(SUPERSEDED);
                onLoop(() -> found(socket, secret, auth));
            });
        }
    }

    private void found(NamespaceSocket socket, String secret, Map<String, Object> auth) {
        Returns.Left was = home.returns().take(secret, home.clock().nanos());
        String offset = auth.get("offset") instanceof String given ? given : null;
        if (was != null && was.namespace().equals(socket.namespace().name())) {
            socket.returns(new Return(loop, secret, was, offset));
            enter(socket, auth, was.id());
        } else {
            enter(socket, auth, home.hub().newId());
        }
    }

    private void enter(NamespaceSocket socket, Map<String, Object> auth, String id) {
        String name = socket.namespace().name();
        if (sockets.get(name) != socket) {
            return;
        }
        String token =
                auth.get("token") instanceof String given ? given : opened.bearer().orElse(null);
        Credentials shown =
                new Credentials(token, opened.query(), opened.cookies(), opened.remote());
        socket.begin(home.hub().open(socket.namespace().endpoint(), socket, shown, id));
        if (sockets.get(name) == socket) {
            home.opened(socket);
            socket.session().receive(new Command.Connect(NamespaceEncoder.CONNECT, 1, token));
        }
    }

    @SuppressWarnings("unchecked") // an object is read as a map of strings to plain values
    private static Map<String, Object> auth(byte[] json) throws BadPacket {
        if (json.length == 0) {
            return Map.of();
        }
        if (json.length > MOST_AUTH || Walk.over(json).kind() != Walk.Kind.OBJECT) {
            throw new BadPacket("the auth payload is no object, or too large");
        }
        try {
            return JSON.readValue(json, Map.class);
        } catch (JacksonException e) {
            throw new BadPacket("the auth payload cannot be read");
        }
    }

    /// This socket is gone.
    void left(NamespaceSocket socket) {
        String namespace = socket.namespace().name();
        if (sockets.remove(namespace, socket)) {
            left.add(namespace);
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
        if (carrier instanceof Polling polling) {
            claimed = false;
            polling.keep();
        }
    }

    /// `2probe`: the next polls are answered at once, so that the client can stop polling.
    void probed(Carrier by) {
        if (open && carrier instanceof Polling polling) {
            by.send(Frames.text("3probe"));
            polling.release();
        } else {
            by.close(LOST);
        }
    }

    /// `5`: from now on by WebSocket.
    void upgrade(Carrier to) {
        if (open && carrier instanceof Polling polling) {
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
        for (NamespaceSocket socket : List.copyOf(sockets.values())) {
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

    /// Whether [#look] has something to do. Any thread.
    boolean due(long now) {
        return now >= due;
    }

    void look(long now) {
        if (!open) {
            return;
        }
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
        home.gone(this);
        home.left(stranger);
        stranger = null;
        for (NamespaceSocket socket : List.copyOf(sockets.values())) {
            socket.lost(close);
            home.closed(socket);
        }
        sockets.clear();
        incomplete = null;
        attachments = List.of();
        if (carrier instanceof SocketCarrier) {
            carrier.close(close);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Command;
import dev.fanfare.core.Credentials;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Session;
import dev.fanfare.server.http.Request;
import java.util.ArrayList;
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

/// The sockets of one connection, one for each namespace, and what becomes of the Socket.IO packets
/// that come for them. On the connection's loop.
final class Sockets {
    private static final Logger LOG = LoggerFactory.getLogger(Sockets.class);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int MOST_AUTH = 16 << 10;

    private final Connection connection;
    private final EngineIo home;
    private final Request opened;
    private final Map<String, NamespaceSocket> sockets = new LinkedHashMap<>(2);

    /// Namespaces whose socket has gone: packets that were under way to it are not wrong.
    private final Set<String> left = new HashSet<>(0);

    private @Nullable Packet incomplete;
    private List<byte[]> attachments = List.of();

    Sockets(Connection connection, EngineIo home, Request opened) {
        this.connection = connection;
        this.home = home;
        this.opened = opened;
    }

    boolean isEmpty() {
        return sockets.isEmpty();
    }

    List<NamespaceSocket> all() {
        return List.copyOf(sockets.values());
    }

    /// @return whether it was there
    boolean remove(NamespaceSocket socket) {
        String namespace = socket.namespace().name();
        boolean there = sockets.remove(namespace, socket);
        if (there) {
            left.add(namespace);
        }
        return there;
    }

    /// The connection has ended.
    void clear() {
        sockets.clear();
        incomplete = null;
        attachments = List.of();
    }

    void message(byte[] text) throws BadPacket {
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

    void attachment(byte[] bytes) throws BadPacket {
        Packet packet = incomplete;
        if (!connection.open()) {
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
                    connection.control();
                    socket.left(DisconnectReason.CLIENT);
                    connection.left(socket);
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
        if (!session.offer(command)) {
            connection.reader().hold(session, command);
        }
    }

    private void acked(NamespaceSocket socket, Packet packet, List<byte[]> bytes) throws BadPacket {
        if (packet.id() == Packet.NO_ID) {
            throw new BadPacket("an ack without an id");
        }
        if (!socket.acked(packet.id(), Arguments.ack(packet.json(), bytes))) {
            connection.control();
        }
    }

    private void connect(Packet packet) throws BadPacket {
        connection.control();
        Map<String, Object> auth = auth(packet.json());
        Namespace namespace = home.namespace(packet.namespace());
        if (namespace == null) {
            connection.carrier().send(EngineIo.invalidNamespace(packet.namespace()));
            return;
        }
        Handshake handshake =
                new Handshake(
                        opened.query(),
                        opened.headers(),
                        opened.remote(),
                        packet.json().length == 0 ? new byte[] {'{', '}'} : packet.json());
        NamespaceSocket socket = new NamespaceSocket(connection, namespace, handshake);
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
                old.close(DisconnectReason.SUPERSEDED);
                connection.onLoop(() -> found(socket, secret, auth));
            });
        }
    }

    private void found(NamespaceSocket socket, String secret, Map<String, Object> auth) {
        Returns.Left was = home.returns().take(secret, home.clock().nanos());
        String offset = auth.get("offset") instanceof String given ? given : null;
        if (was != null && was.namespace().equals(socket.namespace().name())) {
            socket.returns(new Return(connection.loop(), secret, was, offset));
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
                new Credentials(
                        token,
                        opened.query(),
                        opened.cookies(),
                        opened.remote(),
                        socket.handshake().auth());
        socket.begin(home.hub().open(socket.namespace().endpoint(), socket, shown, id));
        if (sockets.get(name) == socket) {
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
}

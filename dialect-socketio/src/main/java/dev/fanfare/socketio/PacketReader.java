// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Command;
import dev.fanfare.core.Session;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes a connection's packets as they come, by WebSocket or by POST, and no further than a
/// session has room for: what it could not take it holds, and takes nothing behind that, so that
/// the client has to wait. On the connection's loop, except for [#hasRoom].
final class PacketReader {
    private static final Logger LOG = LoggerFactory.getLogger(PacketReader.class);

    /// Of one POST, before others on the loop have their turn.
    private static final int MOST_PACKETS = 1_000;

    private final Connection connection;
    private final Sockets sockets;

    private volatile @Nullable Held held;

    /// The POST that is being taken.
    private @Nullable Post post;

    /// A command that its session has no room for yet.
    private record Held(Session session, Command command) {}

    PacketReader(Connection connection, Sockets sockets) {
        this.connection = connection;
        this.sockets = sockets;
    }

    /// Whether packets are taken now. Any thread.
    boolean hasRoom() {
        return held == null;
    }

    /// A text message of a WebSocket.
    void text(byte[] message) {
        try {
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

    /// Takes a POST's packets, and answers it when all are taken. A client posts one at a time.
    void post(Post next) {
        if (post == null) {
            post = next;
            takePost();
        } else {
            broken(new BadPacket("a POST beside another"));
            next.refused();
        }
    }

    private void takePost() {
        Post now = post;
        if (now == null) {
            return;
        }
        try {
            for (int packets = 0; connection.open() && hasRoom() && now.hasNext(); packets++) {
                if (packets == MOST_PACKETS) {
                    connection.loop().execute(this::takePost);
                    return;
                }
                posted(now.next());
            }
            if (hasRoom()) {
                post = null;
                now.taken();
            }
        } catch (BadPacket e) {
            post = null;
            now.refused();
            broken(e);
        }
    }

    private void posted(byte[] packet) throws BadPacket {
        if (packet.length == 0 || packet[0] != 'b') {
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
        if (!connection.open()) {
            return;
        }
        if (packet.length == 0) {
            throw new BadPacket("an empty packet");
        }
        switch (packet[0]) {
            case '4' -> sockets.message(packet);
            case '3' -> connection.pong();
            case '1' -> connection.closedByClient();
            case '6' -> connection.control();
            default -> throw new BadPacket("no packet for a server");
        }
    }

    private void broken(BadPacket why) {
        if (connection.open()) {
            LOG.debug("a connection ends, sid={}: {}", connection.sid(), why.getMessage());
            connection.close(Connection.BROKEN);
        }
    }

    /// The session has no room for this yet.
    void hold(Session session, Command command) {
        held = new Held(session, command);
        connection.paused();
    }

    /// There may be room again.
    void resume() {
        Held waits = held;
        if (waits != null && waits.session().offer(waits.command())) {
            held = null;
            connection.resumed();
            takePost();
            if (hasRoom()) {
                connection.carrier().resume();
            }
        }
    }

    /// The connection has ended: what waits for room waits no more.
    void end() {
        Post waits = post;
        if (held != null && waits != null) {
            post = null;
            waits.refused();
        }
        held = null;
        connection.carrier().resume();
    }
}

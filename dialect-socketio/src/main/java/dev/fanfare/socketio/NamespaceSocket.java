// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Close;
import dev.fanfare.core.Loop;
import dev.fanfare.core.Session;
import dev.fanfare.core.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client in one namespace: the transport of a session, by its share of a [Connection]. On the
/// connection's loop only, but for [#call].
final class NamespaceSocket implements Transport {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceSocket.class);

    private final Connection connection;
    private final Namespace namespace;
    private final Handshake handshake;
    private final Calls calls = new Calls();
    private @Nullable Session session;
    private @Nullable Close ended;
    private Phase phase = Phase.CONNECTING;

    private enum Phase {
        CONNECTING,
        CONNECTED,
        GONE
    }

    NamespaceSocket(Connection connection, Namespace namespace, Handshake handshake) {
        this.connection = connection;
        this.namespace = namespace;
        this.handshake = handshake;
    }

    Handshake handshake() {
        return handshake;
    }

    Namespace namespace() {
        return namespace;
    }

    /// The session exists.
    void begin(Session opened) {
        session = opened;
        if (ended != null) {
            opened.closed(ended);
        }
    }

    Session session() {
        return Objects.requireNonNull(session);
    }

    @Override
    public Loop loop() {
        return connection.loop();
    }

    @Override
    public boolean writable() {
        return phase != Phase.GONE && connection.carrier().writable();
    }

    @Override
    public long pending() {
        return connection.carrier().pending();
    }

    @Override
    public void write(ByteBuf frames) {
        if (phase == Phase.CONNECTING && session != null && session.connected()) {
            connected();
        }
        if (phase == Phase.GONE || !frames.isReadable()) {
            frames.release();
        } else {
            connection.carrier().write(frames);
        }
    }

    /// The first thing that a connected session writes, if it were nothing, follows this.
    private void connected() {
        phase = Phase.CONNECTED;
        write(namespace.encoder().connected(session().id(), null));
        connection.known();
    }

    private void write(byte[] frame) {
        connection.carrier().write(Unpooled.wrappedBuffer(frame));
    }

    @Override
    public void flush() {
        connection.carrier().flush();
    }

    /// The connection has a heartbeat of its own.
    @Override
    public void ping() {}

    /// A client that shall come back loses its connection: after a `41` it would not come.
    @Override
    public void close(Close close) {
        if (phase == Phase.GONE) {
            return;
        }
        boolean back = close.reconnect() && (phase == Phase.CONNECTED || later(close));
        if (!back) {
            if (phase == Phase.CONNECTED) {
                write(namespace.encoder().disconnect());
            } else if (namespace.traits().refused() == Refused.DISCONNECT) {
                String id = session == null ? "" : session.id();
                LOG.warn("Client {} disconnected: {}", id, close.reason());
                write(namespace.encoder().connected(id, null));
                write(namespace.encoder().disconnect());
            }
            flush();
        }
        gone(close);
        connection.left(namespace.name());
        if (back) {
            connection.close(close);
        }
    }

    private static boolean later(Close close) {
        return close.code() == Close.TRY_LATER.code()
                || close.code() == Close.GOING_AWAY.code()
                || close.code() == 1012;
    }

    /// The client has left, or its connection is lost.
    void gone(Close close) {
        if (phase != Phase.GONE) {
            phase = Phase.GONE;
            calls.end();
            Session had = session;
            if (had == null) {
                ended = close;
            } else {
                had.closed(close);
            }
        }
    }

    void acked(long id, byte[] data) {
        calls.acked(id, data);
    }

    /// Sends an event that the client acknowledges. Any thread.
    CompletableFuture<byte[]> call(Event event, Duration within) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        connection.onLoop(() -> ask(event, within, answer));
        return answer;
    }

    private void ask(Event event, Duration within, CompletableFuture<byte[]> answer) {
        if (phase != Phase.CONNECTED) {
            answer.completeExceptionally(new IllegalStateException("the socket is disconnected"));
            return;
        }
        long id = calls.begin(answer, within, (time, task) -> connection.after(time, task));
        byte[] frame = id < 0 ? null : namespace.encoder().event(event, id);
        if (frame != null) {
            write(frame);
            flush();
        }
    }
}

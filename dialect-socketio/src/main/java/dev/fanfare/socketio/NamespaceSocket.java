// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.ClientGoneException;
import dev.fanfare.core.Close;
import dev.fanfare.core.Filter;
import dev.fanfare.core.Loop;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Session;
import dev.fanfare.core.Transport;
import dev.fanfare.engine.Position;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client in one namespace: the transport of a session, by its share of a [Connection]. On the
/// connection's loop only, but for [#call] and [#recovered].
final class NamespaceSocket implements Transport {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceSocket.class);

    private final Connection connection;
    private final Namespace namespace;
    private final Handshake handshake;
    private final Calls calls = new Calls();
    private final CompletableFuture<Boolean> recovered = new CompletableFuture<>();
    private final @Nullable Trail trail;
    private @Nullable Session session;
    private @Nullable Close ended;
    private @Nullable Return back;
    private @Nullable String secret;
    private Map<String, Filter> listenedTo = Map.of();
    private Phase phase = Phase.CONNECTING;

    private enum Phase {
        CONNECTING,
        /// Connected, and being brought to where it was; what is written waits.
        RETURNING,
        CONNECTED,
        GONE
    }

    NamespaceSocket(Connection connection, Namespace namespace, Handshake handshake) {
        this.connection = connection;
        this.namespace = namespace;
        this.handshake = handshake;
        this.trail = namespace.recovers() ? new Trail() : null;
    }

    Handshake handshake() {
        return handshake;
    }

    Namespace namespace() {
        return namespace;
    }

    Connection connection() {
        return connection;
    }

    /// Whether this continues an earlier session; completes once that is known.
    CompletableFuture<Boolean> recovered() {
        return recovered;
    }

    /// What this is to continue, if it can.
    void returns(Return to) {
        back = to;
    }

    /// The session exists.
    void begin(Session opened) {
        session = opened;
        if (ended != null) {
            opened.closed(ended);
        }
    }

    /// Null until it exists.
    @Nullable Session opened() {
        return session;
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
        return switch (phase) {
            case GONE -> false;
            case RETURNING -> Objects.requireNonNull(back).writable();
            case CONNECTING, CONNECTED -> connection.carrier().writable();
        };
    }

    @Override
    public long pending() {
        Return returning = back;
        return connection.carrier().pending() + (returning == null ? 0 : returning.held());
    }

    @Override
    public void write(ByteBuf frames) {
        if (phase == Phase.CONNECTING && session != null && session.connected()) {
            admitted();
        }
        if (phase == Phase.GONE || !frames.isReadable()) {
            frames.release();
        } else if (phase == Phase.RETURNING) {
            Objects.requireNonNull(back).hold(frames);
        } else {
            connection.carrier().write(frames);
        }
    }

    /// The first thing that a connected session writes, if it were nothing, comes here.
    private void admitted() {
        connection.known();
        Return returning = back;
        Principal who = session().principal();
        if (returning != null && returning.of(who == null ? null : who.user())) {
            phase = Phase.RETURNING;
            returning.begin(session(), this::returned);
        } else {
            back = null;
            welcome(connection.newSecret(), false);
        }
    }

    /// @param whole whether it is where it was
    private void returned(boolean whole) {
        Return returning = back;
        if (phase != Phase.RETURNING || returning == null) {
            return;
        }
        back = null;
        if (whole) {
            session().data().putAll(returning.left().data());
            welcome(returning.secret(), true);
            returning.handOver(connection.carrier());
        } else {
            returning.release();
            welcome(connection.newSecret(), false);
        }
        flush();
        session().writable();
    }

    private void welcome(String pid, boolean continued) {
        phase = Phase.CONNECTED;
        boolean recovers = trail != null;
        if (recovers) {
            secret = pid;
            connection.returns().arrived(pid, this);
        }
        write(namespace.encoder().connected(session().id(), recovers ? pid : null));
        recovered.complete(continued);
    }

    private void write(byte[] frame) {
        connection.carrier().write(Unpooled.wrappedBuffer(frame));
    }

    @Override
    public void begins(String channel, Position at) {
        if (trail != null) {
            trail.begins(channel, at);
        }
    }

    @Override
    public void reached(String channel, Position upTo) {
        if (trail != null) {
            trail.reached(channel, upTo);
        }
    }

    @Override
    public void flush() {
        connection.carrier().flush();
    }

    @Override
    public void resume() {
        connection.reader().resume();
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
        boolean again = close.reconnect() && (phase != Phase.CONNECTING || later(close));
        if (again) {
            lost(close);
        } else {
            farewell(close);
            left(close);
        }
        connection.left(this);
        if (again) {
            connection.close(close);
        }
    }

    private void farewell(Close close) {
        if (phase == Phase.CONNECTING && namespace.traits().refused() == Refused.DISCONNECT) {
            String id = session == null ? "" : session.id();
            LOG.warn("Client {} disconnected: {}", id, close.reason());
            write(namespace.encoder().connected(id, null));
        }
        if (phase != Phase.CONNECTING || namespace.traits().refused() == Refused.DISCONNECT) {
            write(namespace.encoder().disconnect());
        }
        flush();
    }

    private static boolean later(Close close) {
        return close.code() == Close.TRY_LATER.code()
                || close.code() == Close.GOING_AWAY.code()
                || close.code() == 1012;
    }

    /// Its connection is lost: the client may come back to it.
    void lost(Close close) {
        String known = phase == Phase.CONNECTED ? secret : null;
        Session had = session;
        Principal who = had == null ? null : had.principal();
        secret = null;
        left(close);
        if (known != null && had != null && trail != null) {
            Duration window = namespace.traits().recovery();
            connection
                    .returns()
                    .departed(
                            known,
                            new Returns.Left(
                                    namespace.name(),
                                    had.id(),
                                    who == null ? null : who.user(),
                                    listenedTo,
                                    had.data(),
                                    trail,
                                    connection.until(window)));
        }
    }

    @Override
    public void leaves() {
        if (trail != null && session != null) {
            listenedTo = session.listensTo();
        }
    }

    /// It has left for good; what it came back to, and was not brought to yet, remains.
    void left(Close close) {
        if (phase == Phase.GONE) {
            return;
        }
        phase = Phase.GONE;
        calls.end();
        recovered.complete(false);
        if (secret != null) {
            connection.returns().departed(secret, null);
        }
        Return returning = back;
        if (returning != null) {
            back = null;
            returning.release();
            connection.returns().departed(returning.secret(), returning.left());
        }
        Session had = session;
        if (had == null) {
            ended = close;
        } else {
            had.closed(close);
        }
    }

    /// @return whether the client was asked for it
    boolean acked(long id, byte[] data) {
        return calls.acked(id, data);
    }

    /// Sends an event that the client acknowledges. Any thread.
    CompletableFuture<byte[]> call(Event event, Duration within) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        connection.onLoop(() -> ask(event, within, answer));
        return answer;
    }

    private void ask(Event event, Duration within, CompletableFuture<byte[]> answer) {
        if (phase != Phase.CONNECTED) {
            answer.completeExceptionally(new ClientGoneException("the socket is disconnected"));
            return;
        }
        long id = calls.begin(answer, within, connection::after);
        byte[] frame = id < 0 ? null : namespace.encoder().event(event, id);
        if (frame != null) {
            write(frame);
            flush();
        }
    }
}

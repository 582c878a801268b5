// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Close;
import dev.fanfare.core.Credentials;
import dev.fanfare.core.Encoder;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import dev.fanfare.server.EndpointConfig;
import dev.fanfare.server.Gateway;
import dev.fanfare.server.HttpServer;
import dev.fanfare.server.http.Origins;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Socket.IO at a path of a listener: for `site.gateway(SocketIo.at("/socket.io").namespace("/",
/// ...))`.
///
/// Each namespace is an endpoint: its sockets are sessions, a client's event goes to the handler of
/// its name, and what that answers is the ack. Rooms are channels. One object describes one gateway
/// of one node; describing is not for several threads. What handlers need of a session's socket is
/// static, so that they can be written where the namespace is described.
public final class SocketIo implements Gateway.Plan {
    private final Map<String, EndpointConfig> endpoints = new LinkedHashMap<>();
    private final Map<String, Namespace.Traits> traits = new LinkedHashMap<>();
    private final Map<String, NamespaceEncoder> encoders = new LinkedHashMap<>();
    private Settings settings;
    private volatile @Nullable EngineIo running;

    /// @param path without a slash at its end
    /// @param pingInterval after how long the server pings
    /// @param pingTimeout how long the client may take to answer
    /// @param connectWithin how long a connection may take to enter its first namespace
    /// @param upgradeWithin how long the change to a WebSocket may take
    /// @param maxPayload bytes of a POST, and of a WebSocket message
    record Settings(
            String path,
            Duration pingInterval,
            Duration pingTimeout,
            Duration connectWithin,
            Duration upgradeWithin,
            int maxPayload,
            Origins origins) {
        Settings {
            positive("the ping interval", pingInterval);
            positive("the ping timeout", pingTimeout);
            positive("connectWithin", connectWithin);
            positive("upgradeWithin", upgradeWithin);
        }

        private static void positive(String name, Duration time) {
            if (!time.isPositive()) {
                throw new IllegalArgumentException(name + " must be positive: " + time);
            }
        }
    }

    private SocketIo(String path) {
        settings =
                new Settings(
                        path,
                        Duration.ofSeconds(25),
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(45),
                        Duration.ofSeconds(10),
                        1_000_000,
                        Origins.SAME);
    }

    /// @param path found with a slash at its end too: `/socket.io` is the clients' default
    public static SocketIo at(String path) {
        if (!path.startsWith("/") || path.endsWith("/")) {
            throw new IllegalArgumentException(
                    "a path begins with a slash and does not end with one: " + path);
        }
        return new SocketIo(path);
    }

    /// A namespace whose events are [PlainEvents].
    ///
    /// @param name `/`, or `/` and what clients call it
    public SocketIo namespace(String name, Consumer<EndpointConfig> endpoint) {
        EndpointConfig described = EndpointConfig.create();
        endpoint.accept(described);
        if (!name.startsWith("/") || name.contains(",")) {
            throw new IllegalArgumentException(
                    "a namespace begins with a slash and has no comma: " + name);
        }
        if (endpoints.putIfAbsent(name, described) != null) {
            throw new IllegalArgumentException("two namespaces are called " + name);
        }
        return this;
    }

    /// How the events of a namespace and the hub's messages stand for each other.
    public SocketIo events(String namespace, Events events) {
        return trait(namespace, had -> had.events(events));
    }

    /// How clients learn that they may not enter a namespace; [Refused#CONNECT_ERROR] by default.
    public SocketIo refused(String namespace, Refused how) {
        return trait(namespace, had -> had.refused(how));
    }

    /// Whether clients are told of events that were not done; [ErrorReplies#NONE] by default.
    public SocketIo errors(String namespace, ErrorReplies how) {
        return trait(namespace, had -> had.errors(how));
    }

    /// A client of this namespace that loses its connection, and comes back within `window`, is
    /// brought to where it was: the same id, the same channels, everything published meanwhile,
    /// once and in order. Every publication then carries its offset as a last argument. Off by
    /// default.
    public SocketIo recovery(String namespace, Duration window) {
        return trait(namespace, had -> had.recovery(window));
    }

    /// Lets each handler of a session in this namespace finish before the next one begins. By
    /// default the next event's handler begins as soon as the one before waits for something, as
    /// behind an `await` on npm's server; up to 100 of one session run at the same time, or as many
    /// as the namespace's [dev.fanfare.core.Limits#handlersAtOnce] allows.
    public SocketIo oneAtATime(String namespace) {
        return trait(namespace, Namespace.Traits::oneAtATime);
    }

    private SocketIo trait(String namespace, UnaryOperator<Namespace.Traits> change) {
        traits.put(
                namespace, change.apply(traits.getOrDefault(namespace, Namespace.Traits.DEFAULT)));
        return this;
    }

    /// Web origins whose pages may connect, besides the listener's own.
    public SocketIo origins(Origins allowed) {
        settings =
                new Settings(
                        settings.path,
                        settings.pingInterval,
                        settings.pingTimeout,
                        settings.connectWithin,
                        settings.upgradeWithin,
                        settings.maxPayload,
                        allowed);
        return this;
    }

    /// @param interval after how long the server pings; 25 s by default
    /// @param timeout how long the client may take to answer; 20 s by default
    public SocketIo heartbeat(Duration interval, Duration timeout) {
        settings =
                new Settings(
                        settings.path,
                        interval,
                        timeout,
                        settings.connectWithin,
                        settings.upgradeWithin,
                        settings.maxPayload,
                        settings.origins);
        return this;
    }

    /// @param time in which a client enters its first namespace, or its connection is closed; 45 s
    ///   by default
    public SocketIo connectWithin(Duration time) {
        settings =
                new Settings(
                        settings.path,
                        settings.pingInterval,
                        settings.pingTimeout,
                        time,
                        settings.upgradeWithin,
                        settings.maxPayload,
                        settings.origins);
        return this;
    }

    /// @param time in which a client completes the change from long-polling to a WebSocket, or the
    ///   WebSocket is closed and long-polling goes on; 10 s by default
    public SocketIo upgradeWithin(Duration time) {
        settings =
                new Settings(
                        settings.path,
                        settings.pingInterval,
                        settings.pingTimeout,
                        settings.connectWithin,
                        time,
                        settings.maxPayload,
                        settings.origins);
        return this;
    }

    /// @param bytes of a POST, and of a WebSocket message; 1,000,000 by default
    public SocketIo maxPayload(int bytes) {
        settings =
                new Settings(
                        settings.path,
                        settings.pingInterval,
                        settings.pingTimeout,
                        settings.connectWithin,
                        settings.upgradeWithin,
                        bytes,
                        settings.origins);
        return this;
    }

    // ---- the plan

    @Override
    public String path() {
        return settings.path;
    }

    @Override
    public Map<String, EndpointConfig> endpoints() {
        return endpoints;
    }

    @Override
    public Encoder encoder(String namespace) {
        return encoders.computeIfAbsent(
                namespace, name -> new NamespaceEncoder(name, traits(name)));
    }

    private Namespace.Traits traits(String namespace) {
        return traits.getOrDefault(namespace, Namespace.Traits.DEFAULT);
    }

    @Override
    public Gateway open(HttpServer.Node node, Map<String, Endpoint> built) {
        Map<String, Namespace> namespaces = new LinkedHashMap<>();
        built.forEach((name, endpoint) ->
                namespaces.put(name, Namespace.of(name, endpoint, traits(name))));
        EngineIo opened = new EngineIo(settings, node, namespaces);
        running = opened;
        return opened;
    }

    // ---- for handlers, hooks and authenticators; any thread

    /// Sends an event to one session's client and completes with the ack's arguments: the first, or
    /// all of them as [Args]. Fails with [java.util.concurrent.TimeoutException] after `within`,
    /// with [dev.fanfare.core.InvalidMessage] when the ack is of another type, and with
    /// [IllegalStateException] when the session is no socket of Socket.IO, or ends before.
    ///
    /// @throws IllegalArgumentException when the event cannot be sent, and says why
    public static <T> CompletionStage<T> call(
            Session session, Event event, Class<T> answer, Duration within) {
        return call(session, event, within).thenCompose(data -> read(data, answer));
    }

    private static <T> CompletionStage<T> read(byte[] data, Class<T> type) {
        try {
            Args args = new Args(Arguments.list(data));
            return CompletableFuture.completedFuture(
                    type == Args.class ? type.cast(args) : args.get(0, type));
        } catch (InvalidMessage e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /// The same, and completes with the arguments as [Event#data] has them.
    public static CompletionStage<byte[]> call(Session session, Event event, Duration within) {
        NamespaceSocket socket = socket(session);
        if (socket == null) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("no socket: session=" + session.id()));
        }
        socket.connection().hub().content(Content.of(event.name(), event.data()));
        return socket.call(event, within);
    }

    /// What the session's client brought, also once the session has ended; empty when the session
    /// is no socket of Socket.IO.
    public static Optional<Handshake> handshake(Session session) {
        return Optional.ofNullable(socket(session)).map(NamespaceSocket::handshake);
    }

    /// Why a session ended, as Socket.IO names it: `client namespace disconnect`, `transport
    /// close`, `transport error`, `ping timeout`, `parse error`, `server shutting down`; and
    /// `server namespace disconnect` for whatever else ends it from this side ([Close#reason] says
    /// what).
    public static String reason(Close close) {
        return DisconnectReason.of(close);
    }

    /// Whether the session continues an earlier one, with the channels and the data it had;
    /// completes once that is known. False when it is no socket of Socket.IO.
    public static CompletionStage<Boolean> recovered(Session session) {
        NamespaceSocket socket = socket(session);
        return socket == null
                ? CompletableFuture.completedFuture(false)
                : socket.recovered().minimalCompletionStage();
    }

    /// The auth payload of a client, for an authenticator; empty when there is none, or of another
    /// type.
    public static <T> Optional<T> auth(Credentials credentials, Class<T> type) {
        return Handshake.read(credentials.auth(), type);
    }

    private static @Nullable NamespaceSocket socket(Session session) {
        return session.transport() instanceof NamespaceSocket socket ? socket : null;
    }

    // ---- once it runs; any thread

    /// Open Engine.IO connections.
    public int connections() {
        EngineIo engine = running;
        return engine == null ? 0 : engine.size();
    }

    /// Polls that wait for something to be said.
    int waitingPolls() {
        EngineIo engine = running;
        return engine == null ? 0 : engine.waitingPolls();
    }

    /// Bytes that wait for polls.
    long waiting() {
        EngineIo engine = running;
        return engine == null ? 0 : engine.waiting();
    }
}

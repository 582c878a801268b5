// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Close;
import dev.fanfare.core.Hub;
import dev.fanfare.core.Loop;
import dev.fanfare.core.SecurityEvent;
import dev.fanfare.core.Transport;
import dev.fanfare.engine.Clock;
import dev.fanfare.protocol.Utf8;
import dev.fanfare.server.Conversation;
import dev.fanfare.server.Cors;
import dev.fanfare.server.Dialect;
import dev.fanfare.server.FrameLimits;
import dev.fanfare.server.Gateway;
import dev.fanfare.server.HttpServer;
import dev.fanfare.server.Strangers;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Engine.IO 4 at one path: opens connections, and finds the one that a request belongs to. Any
/// thread.
// Futures: what is ignored only says that it was heard.
@SuppressWarnings("FutureReturnValueIgnored")
final class EngineIo implements Gateway {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int SID_BYTES = 16;

    /// A deadline that is nearer than two sweeps gets a timer of its own.
    private static final Duration SWEEP = Duration.ofSeconds(1);

    static final long TIMER_HORIZON = 2 * SWEEP.toNanos();

    /// How long after its client closed the session a last poll is answered.
    private static final long LAST_POLL_WITHIN = Duration.ofSeconds(5).toNanos();

    private static final int MAX_RECENTLY_CLOSED = 10_000;
    private static final Close UPGRADED = Close.of(1008, "the session has a WebSocket");

    private final SocketIo.Settings settings;
    private final HttpServer.Node node;
    private final Map<String, Namespace> namespaces;
    private final Strangers strangers;
    private final ConcurrentHashMap<String, Connection> connections = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Connection> recentlyClosed = new ConcurrentHashMap<>();
    private final Returns returns = new Returns();
    private volatile boolean closed;

    /// Sets a deadline; what it returns cancels it.
    interface Deadline {
        Runnable set(Runnable late);
    }

    EngineIo(SocketIo.Settings settings, HttpServer.Node node, Map<String, Namespace> namespaces) {
        this.settings = settings;
        this.node = node;
        this.namespaces = namespaces;
        this.strangers = new Strangers(node.limits());
        sweep();
    }

    // ---- for connections

    SocketIo.Settings settings() {
        return settings;
    }

    Clock clock() {
        return node.environment().clock();
    }

    Hub hub() {
        return node.hub();
    }

    @Nullable Namespace namespace(String name) {
        return namespaces.get(name);
    }

    String newSid() {
        byte[] bytes = new byte[SID_BYTES];
        node.environment().random().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static byte[] invalidNamespace(String name) {
        return new NamespaceEncoder(name, Namespace.Traits.DEFAULT)
                .error("Invalid namespace", null);
    }

    Returns returns() {
        return returns;
    }

    void gone(Connection connection) {
        if (connection.isAwaitingLastPoll() && recentlyClosed.size() < MAX_RECENTLY_CLOSED) {
            recentlyClosed.put(connection.sid(), connection);
        }
        connections.remove(connection.sid());
    }

    /// Its last poll has been answered.
    void lastPollAnswered(Connection connection) {
        recentlyClosed.remove(connection.sid());
    }

    void left(@Nullable String stranger) {
        if (stranger != null) {
            strangers.leave(stranger);
        }
    }

    /// Open connections.
    int size() {
        return connections.size();
    }

    /// About how many bytes wait for polls.
    long waiting() {
        return connections.values().stream().mapToLong(Connection::waiting).sum();
    }

    int waitingPolls() {
        return (int) connections.values().stream().filter(Connection::polled).count();
    }

    private void sweep() {
        if (closed) {
            return;
        }
        // First, so that no failure below is the end of it.
        clock().after(SWEEP, this::sweep);
        long now = clock().nanos();
        for (Connection connection : connections.values()) {
            if (connection.due(now + TIMER_HORIZON)) {
                connection.loop().execute(connection::arm);
            }
        }
        recentlyClosed
                .values()
                .removeIf(connection -> now - connection.endedAt() >= LAST_POLL_WITHIN);
        returns.sweep(now);
    }

    @Override
    public void close() {
        closed = true;
        for (Connection connection : connections.values()) {
            connection.onLoop(() -> connection.close(Close.GOING_AWAY));
        }
    }

    // ---- for the server

    @Override
    public String path() {
        return settings.path();
    }

    /// A query that names a version of Engine.IO is ours; so is whatever is no upgrade.
    @Override
    public boolean takes(Request head) {
        return head.query("EIO").isPresent() || head.header("upgrade").isEmpty();
    }

    @Override
    public int bodyLimit() {
        return settings.maxPayload();
    }

    @Override
    public CompletableFuture<Response> answer(Call call) {
        Request request = call.request();
        if (!allowed(call)) {
            return done(call, Fault.FORBIDDEN.response());
        }
        if (request.method().equals("OPTIONS")) {
            return done(
                    call,
                    cors(call)
                            .preflight(
                                    Response.empty(204),
                                    "GET, POST",
                                    "Authorization, Content-Type"));
        }
        String transport = request.query("transport").orElse("");
        String sid = request.query("sid").orElse(null);
        if (!transport.equals("polling") && !transport.equals("websocket")) {
            return done(call, Fault.UNKNOWN_TRANSPORT.response());
        }
        if (sid == null) {
            return done(call, handshake(call, transport));
        }
        Connection connection = find(sid, request);
        if (connection == null) {
            return done(call, Fault.UNKNOWN_SID.response());
        }
        if (!transport.equals("polling")) {
            return done(call, Fault.BAD_REQUEST.response());
        }
        if (connection.isKnown()) {
            call.known().run();
        }
        return switch (request.method()) {
            case "GET" -> poll(call, connection);
            case "POST" -> post(call, connection);
            default -> done(call, Fault.BAD_REQUEST.response());
        };
    }

    private @Nullable Connection find(String sid, Request request) {
        Connection open = connections.get(sid);
        Connection connection = open == null ? recentlyClosed.get(sid) : open;
        return connection != null && connection.sameAs(request) ? connection : null;
    }

    private Response handshake(Call call, String transport) {
        if (!call.request().method().equals("GET")) {
            return Fault.BAD_HANDSHAKE_METHOD.response();
        }
        if (!transport.equals("polling")) {
            return Fault.BAD_REQUEST.response();
        }
        if (!call.request().query("EIO").equals(java.util.Optional.of("4"))) {
            return Fault.UNSUPPORTED_VERSION.response();
        }
        if (connections.size() >= node.limits().sessions()) {
            return Response.error(503, "unavailable", "This node is full. Come back later.")
                    .header(
                            "Retry-After",
                            String.valueOf(node.environment().random().nextInt(5, 31)));
        }
        String stranger = strangers.key(InetAddress.ofLiteral(call.request().remote()));
        if (stranger != null && strangers.enter(stranger) == Strangers.Entry.TOO_MANY) {
            strangers.leave(stranger);
            return Response.error(429, "too_many_connections", "Too many connections from here.")
                    .header("Retry-After", "10");
        }
        Connection connection = new Connection(this, call.loop(), call.request(), null);
        connection.stranger(stranger);
        connections.put(connection.sid(), connection);
        return Polling.payload(connection.greeting());
    }

    private CompletableFuture<Response> poll(Call call, Connection connection) {
        CompletableFuture<Response> asked = new CompletableFuture<>();
        Polling.Poll poll = new Polling.Poll(asked, call.written());
        connection.onLoop(() -> {
            if (connection.poll(poll) != null) {
                asked.complete(Fault.BAD_REQUEST.response());
            }
        });
        return open(call, asked);
    }

    private CompletableFuture<Response> post(Call call, Connection connection) {
        Request request = call.request();
        boolean text =
                !request.header("content-type").orElse("").startsWith("application/octet-stream")
                        && Utf8.valid(request.body());
        CompletableFuture<Response> done = new CompletableFuture<>();
        connection.onLoop(() -> {
            if (connection.open() && connection.carrier() instanceof Polling) {
                connection.reader().post(new Post(text ? request.body() : new byte[0], done));
            } else {
                done.complete(badRequest());
            }
        });
        return open(call, done);
    }

    @Override
    public Decision upgrade(Call call) {
        Request request = call.request();
        String transport = request.query("transport").orElse("");
        String sid = request.query("sid").orElse(null);
        if (!allowed(call)) {
            return new Refuse(Fault.FORBIDDEN.response());
        }
        if (!transport.equals("websocket")) {
            Fault fault = transport.equals("polling") ? Fault.BAD_REQUEST : Fault.UNKNOWN_TRANSPORT;
            return new Refuse(fault.response());
        }
        if (sid == null) {
            return request.query("EIO").equals(java.util.Optional.of("4"))
                    ? accept(socket -> begin(socket, request))
                    : new Refuse(Fault.UNSUPPORTED_VERSION.response());
        }
        Connection connection = find(sid, request);
        if (connection == null) {
            return new Refuse(Fault.UNKNOWN_SID.response());
        }
        return connection.claim()
                ? accept(socket ->
                        SocketConversation.probing(connection, socket, this::upgradeWithin))
                : accept(EngineIo::rejectSecondSocket);
    }

    /// A second WebSocket of a session sees a close, as with npm's server.
    private static Conversation rejectSecondSocket(Transport socket) {
        socket.close(UPGRADED);
        return new ClosedConversation();
    }

    private Runnable upgradeWithin(Runnable late) {
        return clock().after(settings.upgradeWithin(), late)::cancel;
    }

    private Accept accept(Function<Transport, Conversation> begun) {
        return new Accept(
                FrameLimits.DEFAULT.message(settings.maxPayload()),
                Dialect.Messages.TEXT_AND_BINARY,
                begun);
    }

    private SocketConversation begin(Transport socket, Request request) {
        SocketCarrier carrier = new SocketCarrier(socket);
        Loop loop = socket.loop();
        Connection connection = new Connection(this, loop, request, carrier);
        connections.put(connection.sid(), connection);
        carrier.send(Frames.text(connection.greeting()));
        return SocketConversation.of(connection, carrier);
    }

    // ---- origins

    private boolean allowed(Call call) {
        String origin = call.request().headers().get("origin");
        if (origin == null || settings.origins().allows(origin, call.own())) {
            return true;
        }
        SecurityEvent.BAD_ORIGIN
                .with("endpoint", settings.path())
                .with("origin", origin)
                .with("remote", call.request().remote())
                .log();
        return false;
    }

    private CompletableFuture<Response> done(Call call, Response response) {
        return open(call, CompletableFuture.completedFuture(response));
    }

    private Cors cors(Call call) {
        return new Cors(settings.origins(), call.own());
    }

    private CompletableFuture<Response> open(Call call, CompletableFuture<Response> answer) {
        CompletableFuture<Response> opened =
                answer.thenApply(response -> cors(call).open(call.request(), response));
        opened.whenComplete((_, _) -> {
            if (opened.isCancelled()) {
                answer.cancel(false);
            }
        });
        return opened;
    }

    static Response badRequest() {
        return Fault.BAD_REQUEST.response();
    }

    /// The errors that Engine.IO has numbers for.
    private enum Fault {
        UNKNOWN_TRANSPORT(0, "Transport unknown"),
        UNKNOWN_SID(1, "Session ID unknown"),
        BAD_HANDSHAKE_METHOD(2, "Bad handshake method"),
        BAD_REQUEST(3, "Bad request"),
        FORBIDDEN(4, "Forbidden"),
        UNSUPPORTED_VERSION(5, "Unsupported protocol version");

        private final int code;
        private final String message;

        Fault(int code, String message) {
            this.code = code;
            this.message = message;
        }

        Response response() {
            Map<String, Object> said = new java.util.LinkedHashMap<>();
            said.put("code", code);
            said.put("message", message);
            return Response.json(this == FORBIDDEN ? 403 : 400, JSON.writeValueAsBytes(said));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Credentials;
import dev.fanfare.core.Encoder;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Limits;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The native protocol for clients that no WebSocket reaches (`protocol/SPEC.md`, 13). Each request
/// is a session of the same endpoint, and over with its answer: so nothing that a later request
/// needs is kept here, and it may go to any node.
///
/// Streams share the encoded frames of a channel among each other as WebSockets do, and so do
/// polls: they are two encoders to the hub.
final class ExchangeGateway implements Gateway {
    private static final int LARGEST_BODY = 1 << 20;
    private static final String METHODS = "GET, POST, OPTIONS";
    private static final String HEADERS = "Authorization, Content-Type, Last-Event-ID";

    private final WebSocketRoute route;
    private final Exchanges exchanges;
    private final HttpServer.Node node;
    private final Encoder lines;
    private final Encoder events;

    private ExchangeGateway(
            WebSocketRoute route,
            NativeDialect dialect,
            Exchanges exchanges,
            HttpServer.Node node) {
        this.route = route;
        this.exchanges = exchanges;
        this.node = node;
        this.lines = dialect.framed(LineFraming.LINES);
        this.events = dialect.framed(LineFraming.EVENTS);
    }

    /// Beside a WebSocket's route; null where there is none.
    static @Nullable Gateway beside(
            WebSocketRoute route, Exchanges exchanges, HttpServer.Node node) {
        return !exchanges.path().isEmpty()
                        && route.gate() == null
                        && route.dialect() instanceof NativeDialect dialect
                ? new ExchangeGateway(route, dialect, exchanges, node)
                : null;
    }

    @Override
    public String path() {
        return exchanges.path();
    }

    @Override
    public boolean takes(Request head) {
        return true;
    }

    @Override
    public int bodyLimit() {
        return LARGEST_BODY;
    }

    @Override
    public Decision upgrade(Call call) {
        return new Refuse(Response.error(400, "bad_request", "There is no WebSocket here."));
    }

    @Override
    public CompletableFuture<Response> answer(Call call) {
        Request request = call.request();
        Cors cors = new Cors(route.handshake().origins(), call.own());
        String origin = request.headers().get("origin");
        if (origin == null ? alien(request) : !cors.origins().allows(origin, cors.own())) {
            return answered(Upgrade.foreign(route.endpoint().name(), request));
        }
        Response other = otherwise(request, cors);
        if (other != null) {
            return answered(cors.open(request, other));
        }
        try {
            return begin(call, cors, asked(request));
        } catch (ApiProblem problem) {
            return answered(cors.open(request, problem.response()));
        }
    }

    private static CompletableFuture<Response> answered(Response response) {
        return CompletableFuture.completedFuture(response);
    }

    /// Whether another site's page asks without saying which it is, as for an image: it could not
    /// read the answer, but cookies would go along (Fetch Metadata).
    private static boolean alien(Request request) {
        String site = request.header("sec-fetch-site").orElse("none");
        return !site.equals("none") && !site.equals("same-origin");
    }

    /// The answer to what begins no session.
    private @Nullable Response otherwise(Request request, Cors cors) {
        return switch (request.method()) {
            case "OPTIONS" ->
                    cors.preflight(Response.empty(204).header("Allow", METHODS), METHODS, HEADERS);
            case "POST" ->
                    ExchangeRequest.typed(request)
                            ? full()
                            : Response.error(
                                    415,
                                    "unsupported_media_type",
                                    "The body is application/x-ndjson or application/json.");
            case "GET" -> full();
            default ->
                    Response.error(405, "method_not_allowed", "This path has other methods.")
                            .header("Allow", METHODS);
        };
    }

    private @Nullable Response full() {
        return node.hub().counts().sessions() < node.limits().sessions()
                ? null
                : Refusing.unavailable(node.environment().random().nextInt(5, 31));
    }

    private ExchangeRequest asked(Request request) {
        return request.method().equals("GET")
                ? ExchangeRequest.followed(request)
                : ExchangeRequest.posted(request, route);
    }

    private CompletableFuture<Response> begin(Call call, Cors cors, ExchangeRequest asked) {
        Caller caller = new Caller(call.bodiless(), cors, new CompletableFuture<>());
        Request request = call.request();
        // What the query says is in logs and histories: no token is taken from there.
        Credentials shown = new Credentials(null, Map.of(), request.cookies(), request.remote());
        switch (asked.form()) {
            case POLL -> {
                Script script = new Script(lines, asked.commands());
                PollAnswer poll = new PollAnswer(caller, script, asked.patience());
                poll.open(
                        node.hub().open(endpoint(script), poll, shown), node.environment().clock());
            }
            case STREAM, FOLLOW -> {
                Script script = new Script(events, asked.commands());
                EventStream stream = new EventStream(caller, asked, script, node.environment());
                stream.open(node.hub().open(endpoint(script), stream, shown), exchanges.life());
            }
        }
        return caller.answer();
    }

    /// The WebSocket's endpoint, for a session that is encoded for by `own`.
    private Endpoint endpoint(Encoder own) {
        Endpoint there = route.endpoint();
        Limits limits = there.limits();
        return new Endpoint(
                there.name(),
                own,
                there.authenticator(),
                Endpoint.Admission.BY_COMMAND,
                there.rules(),
                there.handlers(),
                there.lifecycle(),
                limits.heartbeat(
                        new Limits.Heartbeat(exchanges.heartbeat(), exchanges.heartbeat())),
                there.full(),
                there.messages());
    }

    @Override
    public void close() {}
}

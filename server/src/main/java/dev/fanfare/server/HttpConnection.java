// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Credentials;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Session;
import dev.fanfare.core.Transport;
import dev.fanfare.server.http.Head;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection as long as it speaks HTTP: requests one at a time, until one of them becomes a
/// WebSocket. On its loop only, but for the handlers, which have a virtual thread each.
// Futures: what fails closes the channel, which is heard of as inactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class HttpConnection extends ChannelInboundHandlerAdapter implements NettyLoop.Watched {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
    private static final long SECOND = 1_000_000_000L;
    private static final long IDLE = 60 * SECOND;
    private static final long LINGER = 2 * SECOND;
    private static final long BODY_GRACE = 5 * SECOND;
    private static final int SLOWEST_BODY = 1_024;
    private static final String PROTO = "x-forwarded-proto";

    private final ServerShared shared;
    private final ListenerSpec listener;
    private final NettyLoop loop;
    private final StrictRequestDecoder decoder;
    private final ArrayDeque<Object> pipelined = new ArrayDeque<>();

    private Phase phase = Phase.FRESH;

    /// Since when it is in this phase; nanoseconds.
    private long since;

    private @Nullable ChannelHandlerContext ctx;
    private @Nullable String stranger;
    private @Nullable Request request;
    private @Nullable Exchange exchange;
    private @Nullable WebSocketRoute upgrade;
    private @Nullable Gateway gateway;
    private @Nullable CompletableFuture<Response> awaited;

    /// Completed when the answer to a gateway's request has been written out.
    private @Nullable CompletableFuture<Void> written;

    private ByteArrayOutputStream body = new ByteArrayOutputStream(0);
    private ResponseWriter.Connection after = ResponseWriter.Connection.KEEP;

    private enum Phase {
        /// The first request must come soon.
        FRESH,
        /// Between two requests.
        IDLE,
        /// Some of a request's head has come.
        HEAD,
        BODY,
        HANDLING,
        /// The last response is sent; what still comes is dropped until the peer has read it.
        LINGERING,
        OVER
    }

    HttpConnection(
            ServerShared shared,
            ListenerSpec listener,
            NettyLoop loop,
            StrictRequestDecoder decoder) {
        this.shared = shared;
        this.listener = listener;
        this.loop = loop;
        this.decoder = decoder;
    }

    // ---- the connection

    @Override
    public void channelActive(ChannelHandlerContext context) {
        ctx = context;
        enter(Phase.FRESH);
        loop.watch(this);
        InetAddress peer = peer(context.channel());
        if (!shared.proxies().trusts(peer) && !admitted(peer)) {
            if (listener.tls() == null) {
                respond(tooMany(), ResponseWriter.Connection.CLOSE);
            } else {
                // An answer would cost a handshake.
                context.close();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        enter(Phase.OVER);
        loop.forget(this);
        known();
        pipelined.forEach(ReferenceCountUtil::release);
        pipelined.clear();
        CompletableFuture<Response> waits = awaited;
        if (waits != null) {
            awaited = null;
            waits.cancel(false);
        }
        CompletableFuture<Void> out = written;
        if (out != null) {
            out.completeExceptionally(new IOException("connection lost"));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (Parting.lost(cause)) {
            LOG.debug("connection lost", cause);
        } else {
            LOG.error("a connection failed at {}", listener.name(), cause);
        }
        context.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (phase == Phase.HANDLING) {
            pipelined.add(message);
            context.channel().config().setAutoRead(false);
        } else {
            take(message);
        }
    }

    private void take(Object message) {
        try {
            if (phase == Phase.LINGERING || phase == Phase.OVER) {
                return;
            }
            if (message instanceof HttpRequest head) {
                begin(head);
            }
            if (message instanceof HttpContent content && phase == Phase.BODY) {
                more(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    // ---- one request

    private void begin(HttpRequest head) {
        Response fault = HttpFault.of(head);
        if (fault != null) {
            respond(fault, ResponseWriter.Connection.CLOSE);
            return;
        }
        Request.Target target = Head.target(head.uri());
        if (target == null) {
            respond(
                    Response.error(400, "bad_request", "The path or query cannot be read."),
                    ResponseWriter.Connection.CLOSE);
            return;
        }
        Map<String, String> headers = headers(head);
        String version = head.protocolVersion().text();
        InetAddress client = peer(ctx().channel());
        headers.put(PROTO, proto(headers, client));
        if (shared.proxies().trusts(client)) {
            client = shared.proxies().client(client, headers.getOrDefault("x-forwarded-for", ""));
            if (stranger == null && !admitted(client)) {
                respond(tooMany(), ResponseWriter.Connection.CLOSE);
                return;
            }
        }
        after =
                version.equals("HTTP/1.0")
                                || headers.getOrDefault("connection", "")
                                        .toLowerCase(Locale.ROOT)
                                        .contains("close")
                        ? ResponseWriter.Connection.CLOSE
                        : ResponseWriter.Connection.KEEP;
        Request came =
                new Request(
                        head.method().name(),
                        target,
                        headers,
                        new byte[0],
                        client.getHostAddress());
        request = came;
        upgrade = socket(target.path());
        gateway = gateway(came);
        body = new ByteArrayOutputStream(0);
        Response early = early(came, version);
        if (early != null) {
            boolean whole = upgrade == null && !hasBody(came);
            respond(early, whole ? after : ResponseWriter.Connection.CLOSE);
        } else {
            enter(Phase.BODY);
        }
    }

    private @Nullable Response early(Request came, String version) {
        Gateway there = gateway;
        if (there == null) {
            return upgrade == null ? plain(came) : refused(upgrade, came, version);
        }
        upgrade = null;
        if (Upgrade.asked(came)) {
            Response fault = Upgrade.fault(came, version);
            return fault == null ? full() : fault;
        }
        if (announced(came) > there.bodyLimit()) {
            return tooLarge(there.bodyLimit());
        }
        proceed(came);
        return null;
    }

    private @Nullable Gateway gateway(Request came) {
        for (Gateway each : listener.gateways()) {
            String path = came.path();
            if ((path.equals(each.path()) || path.equals(each.path() + '/'))
                    && (upgrade == null || each.takes(came))) {
                return each;
            }
        }
        return null;
    }

    private static boolean hasBody(Request head) {
        return head.headers().containsKey("transfer-encoding")
                || !head.headers().getOrDefault("content-length", "0").equals("0");
    }

    private @Nullable WebSocketRoute socket(String path) {
        for (WebSocketRoute route : listener.sockets()) {
            if (route.path().equals(path)) {
                return route;
            }
        }
        return null;
    }

    private @Nullable Response plain(Request head) {
        Exchange begun = Exchange.of(listener, head, own(head));
        exchange = begun;
        Response early = begun.early();
        if (early != null) {
            return early;
        }
        if (announced(head) > begun.bodyLimit()) {
            return tooLarge(begun.bodyLimit());
        }
        proceed(head);
        return null;
    }

    private void proceed(Request head) {
        if (head.header("expect").filter("100-continue"::equalsIgnoreCase).isPresent()) {
            ctx().writeAndFlush(
                            Unpooled.copiedBuffer(
                                    "HTTP/1.1 100 Continue\r\n\r\n", StandardCharsets.US_ASCII),
                            ctx().voidPromise());
        }
    }

    private static long announced(Request head) {
        return Long.parseLong(head.headers().getOrDefault("content-length", "0").strip());
    }

    private @Nullable Response refused(WebSocketRoute route, Request head, String version) {
        Response fault = Upgrade.fault(route, head, version, own(head));
        if (fault == null) {
            return full();
        }
        LOG.info(
                "an upgrade failed at {}{}: {} {}, remote={}",
                listener.name(),
                route.path(),
                fault.status(),
                new String(fault.body(), StandardCharsets.UTF_8),
                head.remote());
        return fault;
    }

    private @Nullable Response full() {
        return shared.sessions().get() < shared.limits().sessions()
                ? null
                : Response.error(503, "unavailable", "This node is full. Come back later.")
                        .header("Retry-After", String.valueOf(shared.random().nextInt(5, 31)));
    }

    /// `http://` or `https://`, and the Host header.
    private static String own(Request head) {
        return head.headers().get(PROTO) + "://" + head.headers().getOrDefault("host", "");
    }

    /// What the client came by: a trusted proxy may say so.
    private String proto(Map<String, String> headers, InetAddress peer) {
        boolean secure =
                listener.tls() != null
                        || ("https".equals(headers.get(PROTO)) && shared.proxies().trusts(peer));
        return secure ? "https" : "http";
    }

    private void more(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            respond(
                    HttpFault.undecodable(content.decoderResult().cause()),
                    ResponseWriter.Connection.CLOSE);
            return;
        }
        ByteBuf bytes = content.content();
        if (body.size() + bytes.readableBytes() > bodyLimit()) {
            respond(tooLarge(bodyLimit()), ResponseWriter.Connection.CLOSE);
            return;
        }
        body.writeBytes(ByteBufUtil.getBytes(bytes));
        if (content instanceof LastHttpContent) {
            complete();
        }
    }

    private int bodyLimit() {
        Gateway there = gateway;
        Exchange begun = exchange;
        return there != null ? there.bodyLimit() : begun != null ? begun.bodyLimit() : 0;
    }

    private void complete() {
        Request whole = Objects.requireNonNull(request);
        enter(Phase.HANDLING);
        Gateway there = gateway;
        WebSocketRoute route = upgrade;
        if (there != null) {
            byte[] content = body.toByteArray();
            body = new ByteArrayOutputStream(0);
            pass(there, whole.at(Map.of(), content));
        } else if (route == null) {
            Exchange begun = Objects.requireNonNull(exchange);
            byte[] content = body.toByteArray();
            offLoop(() -> begun.answer(content), response -> respond(response, after));
        } else if (route.gate() == null) {
            Credentials shown =
                    new Credentials(
                            Upgrade.token(whole), whole.query(), whole.cookies(), whole.remote());
            become(route, whole, t -> shared.hub().open(route.endpoint(), t, shown));
        } else {
            Gate gate = route.gate();
            offLoop(() -> decide(gate, whole), decision -> decided(route, decision));
        }
    }

    private static Gate.Decision decide(Gate gate, Request request) {
        try {
            return gate.decide(request);
        } catch (Exception e) {
            LOG.error("a gate failed", e);
            return new Gate.Refuse(Exchange.internal());
        }
    }

    private void decided(WebSocketRoute route, Gate.Decision decision) {
        switch (decision) {
            case Gate.Refuse(Response response) ->
                    respond(response, ResponseWriter.Connection.CLOSE);
            case Gate.Admit(Principal who) ->
                    become(
                            route,
                            Objects.requireNonNull(request),
                            t -> shared.hub().open(route.endpoint(), t, who));
        }
    }

    private void pass(Gateway there, Request whole) {
        CompletableFuture<Void> out = new CompletableFuture<>();
        Gateway.Call call =
                new Gateway.Call(whole, own(whole), loop, this::knownAtOnce, out, this::stream);
        if (!Upgrade.asked(whole)) {
            written = out;
            await(there.answer(call));
            return;
        }
        switch (there.upgrade(call)) {
            case Gateway.Refuse(Response response) ->
                    respond(response, ResponseWriter.Connection.CLOSE);
            case Gateway.Accept accept -> become(accept, null);
        }
    }

    /// Meanwhile it is read on, so that a lost connection is noticed.
    private void await(CompletableFuture<Response> answer) {
        awaited = answer;
        answer.whenComplete((response, failure) ->
                loop.execute(() -> {
                    if (awaited != answer || phase != Phase.HANDLING) {
                        return;
                    }
                    awaited = null;
                    if (failure != null) {
                        LOG.error("a gateway of {} failed", listener.name(), failure);
                    }
                    ctx().channel().config().setAutoRead(true);
                    Response given = failure == null ? response : Exchange.internal();
                    respond(
                            given,
                            ResponseWriter.closes(given) ? ResponseWriter.Connection.CLOSE : after);
                }));
    }

    /// The handlers of HTTP go, and the one of the stream stays.
    private Transport stream(Response head, Gateway.Streamed told) {
        ChannelHandlerContext here = ctx();
        awaited = null;
        written = null;
        pipelined.forEach(ReferenceCountUtil::release);
        pipelined.clear();
        here.write(
                ResponseWriter.write(
                        here.alloc(),
                        marked(head),
                        ResponseWriter.Body.STREAMED,
                        ResponseWriter.Connection.CLOSE,
                        shared.clock()),
                here.voidPromise());
        enter(Phase.OVER);
        loop.forget(this);
        HttpStream stream = new HttpStream(shared, loop, here.channel(), told);
        here.pipeline().addLast(stream);
        stream.open(stranger);
        stranger = null;
        here.channel().config().setAutoRead(true);
        here.pipeline().remove(this);
        here.pipeline().remove(decoder);
        return stream;
    }

    /// Blocks elsewhere, and comes back; meanwhile nothing is read.
    private <T> void offLoop(Supplier<T> work, Consumer<T> then) {
        ctx().channel().config().setAutoRead(false);
        Thread.ofVirtual()
                .name("fanfare-http")
                .start(() -> {
                    T result = work.get();
                    loop.execute(() -> {
                        if (phase == Phase.HANDLING) {
                            ctx().channel().config().setAutoRead(true);
                            then.accept(result);
                        }
                    });
                });
    }

    private void become(WebSocketRoute route, Request whole, Function<Transport, Session> session) {
        become(
                new Gateway.Accept(
                        route.frames(),
                        route.dialect().messages(),
                        route.compression(),
                        socket -> new SessionConversation(route, session.apply(socket))),
                Upgrade.subprotocol(route, whole));
    }

    /// The handlers of HTTP go, and the one of the WebSocket stays.
    private void become(Gateway.Accept accept, @Nullable String subprotocol) {
        if (!pipelined.isEmpty()) {
            // Nothing may come before our 101 (RFC 6455, 4.1).
            ctx().close();
            return;
        }
        ChannelHandlerContext here = ctx();
        Upgrade.Accepted accepted =
                Upgrade.accepted(
                        Objects.requireNonNull(request), subprotocol, accept.compression());
        here.write(
                Unpooled.copiedBuffer(accepted.head(), StandardCharsets.US_ASCII),
                here.voidPromise());
        enter(Phase.OVER);
        loop.forget(this);
        WebSocketEndpoint endpoint =
                new WebSocketEndpoint(
                        shared, loop, accept.agreed(accepted.compression()), here.channel());
        here.pipeline().addLast(endpoint);
        String from = stranger;
        stranger = null;
        endpoint.open(from, accept.conversation());
        here.channel().flush();
        here.pipeline().remove(this);
        here.pipeline().remove(decoder);
    }

    // ---- the answer

    private void respond(Response response, ResponseWriter.Connection then) {
        Request asked = request;
        ResponseWriter.Body sent =
                asked != null && asked.method().equals("HEAD")
                        ? ResponseWriter.Body.LEFT_OUT
                        : ResponseWriter.Body.SENT;
        ByteBuf out =
                ResponseWriter.write(ctx().alloc(), marked(response), sent, then, shared.clock());
        request = null;
        exchange = null;
        if (then == ResponseWriter.Connection.KEEP) {
            ctx().writeAndFlush(out, promise());
            enter(Phase.IDLE);
            next();
            return;
        }
        // Closed with bytes unread, TCP would reset, and the peer might never see the answer.
        enter(Phase.LINGERING);
        ctx().writeAndFlush(out, heard(ctx().newPromise()))
                .addListener(
                        (ChannelFutureListener)
                                done -> {
                                    if (done.isSuccess()) {
                                        Parting.shut(done.channel());
                                    } else {
                                        done.channel().close();
                                    }
                                });
    }

    private ChannelPromise promise() {
        return written == null ? ctx().voidPromise() : heard(ctx().newPromise());
    }

    /// Tells the gateway whose answer this is.
    private ChannelPromise heard(ChannelPromise promise) {
        CompletableFuture<Void> out = written;
        if (out != null) {
            written = null;
            promise.addListener(done -> {
                if (done.isSuccess()) {
                    out.complete(null);
                } else {
                    out.completeExceptionally(done.cause());
                }
            });
        }
        return promise;
    }

    /// With what every response of the listener has.
    private Response marked(Response response) {
        Tls tls = listener.tls();
        return tls == null || tls.hsts().isZero()
                ? response
                : response.header("Strict-Transport-Security", "max-age=" + tls.hsts().toSeconds());
    }

    /// What was sent behind the request that is now answered.
    private void next() {
        while (phase != Phase.HANDLING && !pipelined.isEmpty()) {
            take(pipelined.poll());
        }
    }

    private static Response tooMany() {
        return Response.error(429, "too_many_connections", "Too many connections from here.")
                .header("Retry-After", "10");
    }

    private static Response tooLarge(int most) {
        return Response.error(413, "body_too_large", "The body has at most " + most + " bytes.");
    }

    // ---- who and when

    private boolean admitted(InetAddress address) {
        stranger = shared.strangers().key(address);
        return stranger == null || shared.strangers().enter(stranger) == Strangers.Entry.ADMITTED;
    }

    /// Any thread.
    private void knownAtOnce() {
        if (loop.inLoop()) {
            known();
        } else {
            loop.execute(this::known);
        }
    }

    private void known() {
        if (stranger != null) {
            shared.strangers().leave(stranger);
            stranger = null;
        }
    }

    private static InetAddress peer(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress socket
                ? socket.getAddress()
                : InetAddress.getLoopbackAddress();
    }

    private static Map<String, String> headers(HttpRequest head) {
        Map<String, String> headers = new HashMap<>();
        for (Map.Entry<String, String> each : head.headers()) {
            String name = each.getKey().toLowerCase(Locale.ROOT);
            String glue = name.equals("cookie") ? "; " : ", ";
            headers.merge(name, each.getValue(), (one, other) -> one + glue + other);
        }
        return headers;
    }

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(ctx);
    }

    private void enter(Phase next) {
        phase = next;
        since = shared.clock().nanos();
    }

    @Override
    public NettyLoop.Verdict look(long now) {
        long age = now - since;
        switch (phase) {
            case FRESH, HEAD -> {
                if (age >= shared.limits().headersWithin().toNanos()) {
                    late();
                }
            }
            case IDLE -> {
                if (decoder.inside()) {
                    enter(Phase.HEAD);
                } else if (age >= IDLE) {
                    ctx().close();
                }
            }
            case BODY -> {
                if (age >= BODY_GRACE && body.size() < age / SECOND * SLOWEST_BODY) {
                    late();
                }
            }
            case LINGERING -> {
                if (age >= LINGER) {
                    ctx().close();
                }
            }
            case HANDLING, OVER -> {}
        }
        return NettyLoop.Verdict.KEEP_WATCHING;
    }

    private void late() {
        if (decoder.inside()) {
            respond(
                    Response.error(408, "timeout", "The request did not come in time."),
                    ResponseWriter.Connection.CLOSE);
        } else {
            ctx().close();
        }
    }

    @Override
    public void cut() {
        ctx().close();
    }
}

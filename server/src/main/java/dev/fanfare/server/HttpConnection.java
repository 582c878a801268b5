// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Credentials;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Session;
import dev.fanfare.core.Transport;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
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

    private final ServerShared shared;
    private final ListenerSpec listener;
    private final NettyLoop loop;
    private final StrictRequestDecoder decoder;
    private final ArrayDeque<Object> pipelined = new ArrayDeque<>();
    private final Answers answers;
    private final Stranger stranger;

    private HttpPhase phase = HttpPhase.FRESH;

    /// Since when it is in this phase; nanoseconds.
    private long since;

    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Request request;
    private @Nullable Purpose purpose;
    private @Nullable CompletableFuture<Response> awaited;

    /// Where the request is answered, while it is.
    private @Nullable Thread working;

    private ByteArrayOutputStream body = new ByteArrayOutputStream(0);
    private ResponseWriter.Connection after = ResponseWriter.Connection.KEEP;

    HttpConnection(
            ServerShared shared,
            ListenerSpec listener,
            NettyLoop loop,
            StrictRequestDecoder decoder) {
        this.shared = shared;
        this.listener = listener;
        this.loop = loop;
        this.decoder = decoder;
        this.answers = new Answers(shared, listener);
        this.stranger = new Stranger(shared.strangers());
    }

    // ---- the connection

    @Override
    public void channelActive(ChannelHandlerContext context) {
        ctx = context;
        enter(HttpPhase.FRESH);
        loop.watch(this);
        shared.draining().opened();
        if (shared.draining().begun()) {
            context.close();
            return;
        }
        InetAddress peer = Arrival.peer(context.channel());
        if (!shared.proxies().trusts(peer) && !stranger.admit(peer)) {
            if (listener.tls() == null) {
                respond(Answers.tooMany(), ResponseWriter.Connection.CLOSE);
            } else {
                // An answer would cost a handshake.
                context.close();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        enter(HttpPhase.OVER);
        loop.forget(this);
        stranger.known();
        forgetPipelined();
        CompletableFuture<Response> waits = awaited;
        if (waits != null) {
            awaited = null;
            waits.cancel(false);
        }
        answers.lost();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (Parting.lost(cause)) {
            LOG.debug("connection lost", cause);
        } else if (cause instanceof OutOfMemoryError) {
            shared.failures().warn("a connection is closed for want of memory", cause);
        } else {
            LOG.error("a connection failed at {}", listener.name(), cause);
        }
        context.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (phase == HttpPhase.HANDLING) {
            pipelined.add(message);
            context.channel().config().setAutoRead(false);
        } else {
            take(message);
        }
    }

    private void take(Object message) {
        try {
            if (phase.ends()) {
                return;
            }
            if (message instanceof HttpRequest head) {
                begin(head);
            }
            if (message instanceof HttpContent content && phase == HttpPhase.BODY) {
                more(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    // ---- one request

    private void begin(HttpRequest head) {
        Response fault = HttpFault.of(head, shared.limits());
        if (fault != null) {
            respond(fault, ResponseWriter.Connection.CLOSE);
            return;
        }
        Request.Target target = Arrival.target(head);
        if (target == null) {
            respond(
                    Response.error(400, "bad_request", "The path or query cannot be read."),
                    ResponseWriter.Connection.CLOSE);
            return;
        }
        InetAddress peer = Arrival.peer(ctx().channel());
        Map<String, String> headers = Arrival.headers(head, listener, shared.proxies(), peer);
        InetAddress client = Arrival.client(headers, shared.proxies(), peer);
        if (shared.proxies().trusts(peer) && !stranger.counted() && !stranger.admit(client)) {
            respond(Answers.tooMany(), ResponseWriter.Connection.CLOSE);
            return;
        }
        after = Arrival.after(head);
        Request came = Arrival.request(head, target, headers, client);
        Purpose its = Purpose.of(listener, came);
        request = came;
        purpose = its;
        body = new ByteArrayOutputStream(0);
        Response early = its.early(came, Arrival.version(head), shared);
        if (early != null) {
            boolean whole = !(its instanceof Purpose.Socket) && !Arrival.hasBody(came);
            respond(early, whole ? after : ResponseWriter.Connection.CLOSE);
            return;
        }
        if (its.reads(came) && Arrival.expectsContinue(head)) {
            proceed();
        }
        enter(HttpPhase.BODY);
    }

    private void proceed() {
        ctx().writeAndFlush(
                        Unpooled.copiedBuffer(
                                "HTTP/1.1 100 Continue\r\n\r\n", StandardCharsets.US_ASCII),
                        ctx().voidPromise());
    }

    private void more(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            respond(
                    HttpFault.undecodable(content.decoderResult().cause(), shared.limits()),
                    ResponseWriter.Connection.CLOSE);
            return;
        }
        ByteBuf bytes = content.content();
        int most = purpose == null ? 0 : purpose.bodyLimit();
        if (body.size() + bytes.readableBytes() > most) {
            respond(Answers.tooLarge(most), ResponseWriter.Connection.CLOSE);
            return;
        }
        body.writeBytes(ByteBufUtil.getBytes(bytes));
        if (content instanceof LastHttpContent) {
            complete();
        }
    }

    private void complete() {
        Request whole = Objects.requireNonNull(request);
        byte[] content = body.toByteArray();
        body = new ByteArrayOutputStream(0);
        enter(HttpPhase.HANDLING);
        switch (Objects.requireNonNull(purpose)) {
            case Purpose.Through(Gateway there) -> pass(there, whole.at(Map.of(), content));
            case Purpose.Plain(Exchange begun) ->
                    offLoop(() -> begun.answer(content), response -> respond(response, after));
            case Purpose.Socket(WebSocketRoute route, _) -> upgrade(route, whole);
        }
    }

    private void upgrade(WebSocketRoute route, Request whole) {
        Gate gate = route.gate();
        if (gate == null) {
            Credentials shown =
                    new Credentials(
                            Upgrade.token(whole), whole.query(), whole.cookies(), whole.remote());
            become(route, whole, t -> shared.hub().open(route.endpoint(), t, shown));
        } else {
            offLoop(() -> decide(gate, whole), decision -> decided(route, decision));
        }
    }

    private static Gate.Decision decide(Gate gate, Request request) {
        try {
            return gate.decide(request);
        } catch (Exception | Error e) {
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
                new Gateway.Call(whole, Arrival.own(whole), loop, this::known, out, this::stream);
        if (!Upgrade.asked(whole)) {
            answers.tell(out);
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
                    if (awaited != answer || phase != HttpPhase.HANDLING) {
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

    private Transport stream(Response head, Gateway.Streamed told) {
        awaited = null;
        forgetPipelined();
        ByteBuf begins = answers.head(ctx(), head);
        return over().stream(begins, told, stranger);
    }

    /// From here on the connection is another's.
    private Handover over() {
        enter(HttpPhase.OVER);
        loop.forget(this);
        return new Handover(shared, loop, ctx(), decoder);
    }

    /// Blocks elsewhere, and comes back; meanwhile nothing is read.
    private <T> void offLoop(Supplier<T> work, Consumer<T> then) {
        ctx().channel().config().setAutoRead(false);
        Thread thread =
                Thread.ofVirtual()
                        .name("fanfare-http")
                        .unstarted(() -> {
                            T result = work.get();
                            loop.execute(() -> {
                                if (phase == HttpPhase.HANDLING) {
                                    working = null;
                                    ctx().channel().config().setAutoRead(true);
                                    then.accept(result);
                                }
                            });
                        });
        working = thread;
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            shared.failures().warn("a request is refused for want of a thread", e);
            working = null;
            ctx().channel().config().setAutoRead(true);
            respond(
                    Response.error(503, "unavailable", "The server has no thread left for this.")
                            .header("Retry-After", "1"),
                    ResponseWriter.Connection.CLOSE);
        }
    }

    /// The program's code takes too long: what it says later is dropped.
    private void unanswered(Thread thread) {
        long millis = shared.limits().handlerTimeout().toMillis();
        LOG.warn(
                "{} {} of {} was not answered within {} ms and is interrupted",
                request == null ? "" : request.method(),
                request == null ? "" : request.path(),
                listener.name(),
                millis);
        working = null;
        thread.interrupt();
        ctx().channel().config().setAutoRead(true);
        respond(
                Response.error(
                        503, "unavailable", "The server did not answer within " + millis + " ms."),
                ResponseWriter.Connection.CLOSE);
    }

    private void become(WebSocketRoute route, Request whole, Function<Transport, Session> session) {
        become(Handover.accept(route, session), Upgrade.subprotocol(route, whole));
    }

    private void become(Gateway.Accept accept, @Nullable String subprotocol) {
        if (!pipelined.isEmpty()) {
            // Nothing may come before our 101 (RFC 6455, 4.1).
            ctx().close();
            return;
        }
        Request asked = Objects.requireNonNull(request);
        over().webSocket(asked, accept, subprotocol, stranger);
    }

    // ---- the answer

    private void respond(Response response, ResponseWriter.Connection then) {
        Request asked = request;
        request = null;
        purpose = null;
        switch (last(then)) {
            case KEEP -> {
                answers.write(ctx(), asked, response);
                enter(HttpPhase.IDLE);
                next();
            }
            case CLOSE -> {
                enter(HttpPhase.ANSWERED);
                answers.writeLast(ctx(), asked, response).addListener(_ -> linger());
            }
        }
    }

    /// A server that stops answers a connection's last request, unless another one has been read.
    private ResponseWriter.Connection last(ResponseWriter.Connection then) {
        return shared.draining().begun() && pipelined.isEmpty() && !decoder.inside()
                ? ResponseWriter.Connection.CLOSE
                : then;
    }

    private void linger() {
        if (phase == HttpPhase.ANSWERED) {
            enter(HttpPhase.LINGERING);
        }
    }

    /// What was sent behind the request that is now answered.
    private void next() {
        while (phase != HttpPhase.HANDLING && !pipelined.isEmpty()) {
            take(pipelined.poll());
        }
    }

    private void forgetPipelined() {
        pipelined.forEach(ReferenceCountUtil::release);
        pipelined.clear();
    }

    // ---- who and when

    /// Any thread.
    private void known() {
        if (loop.inLoop()) {
            stranger.known();
        } else {
            loop.execute(stranger::known);
        }
    }

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(ctx);
    }

    private void enter(HttpPhase next) {
        if (next.settled() && !phase.settled()) {
            shared.draining().settled();
        }
        phase = next;
        since = shared.clock().nanos();
    }

    @Override
    public NettyLoop.Verdict look(long now) {
        if (phase == HttpPhase.IDLE && decoder.inside()) {
            enter(HttpPhase.HEAD);
        } else if (working != null && now - since >= shared.limits().handlerTimeout().toNanos()) {
            unanswered(working);
        } else if (phase.overdue(now - since, body.size(), shared.limits().headersWithin())) {
            late();
        }
        return NettyLoop.Verdict.KEEP_WATCHING;
    }

    private void late() {
        if (decoder.inside() && !phase.ends()) {
            respond(
                    Response.error(408, "timeout", "The request did not come in time."),
                    ResponseWriter.Connection.CLOSE);
        } else {
            ctx().close();
        }
    }

    @Override
    public void drain() {
        if ((phase == HttpPhase.FRESH || phase == HttpPhase.IDLE) && !decoder.inside()) {
            enter(HttpPhase.ANSWERED);
            closeWhenWritten();
        }
    }

    /// An answer may still wait for its reader.
    private void closeWhenWritten() {
        ChannelOutboundBuffer waits = ctx().channel().unsafe().outboundBuffer();
        if (waits == null || waits.isEmpty()) {
            ctx().close();
        } else {
            ctx().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void hurry() {
        CompletableFuture<Response> waits = awaited;
        if (waits != null) {
            awaited = null;
            waits.cancel(false);
            ctx().channel().config().setAutoRead(true);
            respond(
                    Response.error(503, "unavailable", "This node stops. Come back.")
                            .header("Retry-After", "1"),
                    ResponseWriter.Connection.CLOSE);
        } else if (decoder.inside() && phase != HttpPhase.HANDLING && !phase.ends()) {
            late();
        }
    }

    @Override
    public void cut() {
        ctx().close();
    }
}

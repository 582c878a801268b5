// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Close;
import dev.fanfare.core.Environment;
import dev.fanfare.core.FailureLog;
import dev.fanfare.core.Hub;
import dev.fanfare.core.Session;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The listeners of a node, on one set of loops.
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final Duration SWEEP = Duration.ofSeconds(1);
    private static final int BACKLOG = 4_096;
    private static final int SEND_BUFFER = 64 << 10;

    /// Large, for publishers: all that is read at once is one batch. It is held only while reading.
    private static final int READ_BUFFER = 64 << 10;

    private final ServerShared shared;
    private final Acceptor acceptor;
    private final Map<String, Channel> channels = new LinkedHashMap<>();
    private final List<TlsListener> tls = new ArrayList<>();
    private volatile State state = State.RUNNING;

    private enum State {
        RUNNING,
        CLOSED
    }

    private HttpServer(ServerShared shared) {
        this.shared = shared;
        this.acceptor = new Acceptor(shared.node().environment());
    }

    /// What the listeners need of the node they serve.
    public record Node(Hub hub, Environment environment, HttpLimits limits) {}

    /// Binds every listener, or none.
    ///
    /// @param transport stays the caller's to close, after this
    /// @throws IOException names the listener that could not be bound
    /// @throws IllegalArgumentException names the TLS file that cannot be used
    public static HttpServer start(
            NettyTransport transport, Node node, List<ListenerSpec> listeners) throws IOException {
        FailureLog failures = new FailureLog(LOG, node.environment().clock());
        Map<EventLoop, NettyLoop> loops = new LinkedHashMap<>();
        for (EventExecutor executor : transport.group()) {
            EventLoop loop = (EventLoop) executor;
            loops.put(loop, new NettyLoop(loop, failures));
        }
        HttpServer server =
                new HttpServer(
                        new ServerShared(
                                node,
                                loops,
                                new Strangers(node.limits()),
                                new Proxies(node.limits().proxies()),
                                new Deflation(),
                                new Draining(),
                                new AtomicInteger(),
                                failures));
        try {
            for (ListenerSpec listener : listeners) {
                server.bind(transport, listener);
            }
        } catch (IOException | IllegalArgumentException e) {
            server.close();
            throw e;
        }
        server.sweep();
        return server;
    }

    private void bind(NettyTransport transport, ListenerSpec listener) throws IOException {
        ChannelFuture bound =
                new ServerBootstrap()
                        .group(transport.group())
                        .channel(transport.serverChannel())
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER)
                        .childOption(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                transport.readBuffers(READ_BUFFER, shared.failures()))
                        .childOption(
                                ChannelOption.WRITE_BUFFER_WATER_MARK,
                                new WriteBufferWaterMark(32 << 10, 64 << 10))
                        .handler(acceptor)
                        .childHandler(new Initializer(shared, listener, secured(listener)))
                        .bind(listener.host(), listener.port())
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "listener %s cannot listen on %s:%d: %s"
                            .formatted(
                                    listener.name(),
                                    listener.host(),
                                    listener.port(),
                                    bound.cause().getMessage()),
                    bound.cause());
        }
        channels.put(listener.name(), bound.channel());
        LOG.info("{} listens on {}:{}", listener.name(), listener.host(), port(listener.name()));
    }

    private @Nullable TlsListener secured(ListenerSpec listener) {
        if (listener.tls() == null) {
            return null;
        }
        TlsListener opened = TlsListener.open(listener.tls(), shared.clock());
        tls.add(opened);
        return opened;
    }

    private static final class Initializer extends ChannelInitializer<Channel> {
        private final ServerShared shared;
        private final ListenerSpec listener;
        private final @Nullable TlsListener tls;

        Initializer(ServerShared shared, ListenerSpec listener, @Nullable TlsListener tls) {
            this.shared = shared;
            this.listener = listener;
            this.tls = tls;
        }

        @Override
        protected void initChannel(Channel channel) {
            NettyLoop loop = shared.loop(channel.eventLoop());
            StrictRequestDecoder decoder = new StrictRequestDecoder(shared.limits());
            if (tls != null) {
                channel.pipeline().addLast(new TlsEntrance(tls));
            }
            channel.pipeline()
                    .addLast(decoder, new HttpConnection(shared, listener, loop, decoder));
        }
    }

    /// Once a second, on each loop.
    private void sweep() {
        if (state == State.CLOSED) {
            return;
        }
        // First, so that no failure below is the end of it.
        shared.clock().after(SWEEP, this::sweep);
        long now = shared.clock().nanos();
        shared.loops().values().forEach(loop -> loop.execute(() -> loop.sweep(now)));
    }

    /// The port that the listener of that name is bound to.
    ///
    /// @throws IllegalArgumentException when there is none
    public int port(String listener) {
        Channel channel = channels.get(listener);
        if (channel == null) {
            throw new IllegalArgumentException("no such listener: " + listener);
        }
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /// Open WebSocket connections, those that are closing too.
    public int connections() {
        return shared.sessions().get();
    }

    /// Takes no more connections, and tells every session to come back. Idle connections are closed
    /// at once, those that owe an answer after it.
    ///
    /// @param window over which sessions are told. When it is over and they are gone, requests that
    ///   have not wholly come are answered with 408
    /// @return completes when the sessions are gone and every request is answered
    // Futures: whether requests were answered is what is returned.
    @SuppressWarnings("FutureReturnValueIgnored")
    public CompletableFuture<Void> drain(Duration window) {
        stopAccepting();
        CompletableFuture<Void> answered = shared.draining().begin();
        onEach(NettyLoop.Watched::drain);
        CompletableFuture<Void> sessions = shared.hub().drain(window).toCompletableFuture();
        CompletableFuture.allOf(sessions, passed(window))
                .thenRun(() -> onEach(NettyLoop.Watched::hurry));
        return CompletableFuture.allOf(sessions, answered);
    }

    private CompletableFuture<Void> passed(Duration window) {
        CompletableFuture<Void> passed = new CompletableFuture<>();
        if (window.isZero()) {
            passed.complete(null);
        } else {
            shared.clock().after(window, () -> passed.complete(null));
        }
        return passed;
    }

    /// Connections that owe an answer to an HTTP request, or may be asked for one.
    int unanswered() {
        return shared.draining().open();
    }

    private void stopAccepting() {
        channels.values().forEach(channel -> channel.close().awaitUninterruptibly());
    }

    private void onEach(Consumer<NettyLoop.Watched> action) {
        shared.loops().values().forEach(loop -> loop.execute(() -> loop.onEach(action)));
    }

    /// Stops accepting, and cuts what is still open.
    @Override
    public void close() {
        state = State.CLOSED;
        stopAccepting();
        acceptor.close();
        tls.forEach(TlsListener::close);
        for (Session session : shared.hub().sessions()) {
            session.disconnect(Close.GOING_AWAY);
        }
        onEach(NettyLoop.Watched::cut);
    }
}

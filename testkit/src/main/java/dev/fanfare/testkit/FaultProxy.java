// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A bad network: a TCP proxy on a loopback port of its own, in front of a target. Whatever it does
/// to the timing, bytes stay in order.
///
/// ```java
/// try (FaultProxy network = FaultProxy.to(server.port())) {
///     TestClient ada = TestClient.connect(network.through(server.uri()), token);
///     network.toClient().latency(ofMillis(200)).slice(1);
///     network.reset();
/// }
/// ```
///
/// What is called here acts on the connections that are open, and has acted when the call returns.
/// Thread-safe; everything runs on one event loop.
@SuppressWarnings(
        "FutureReturnValueIgnored") // Netty's futures of closing and writing: the channel tells.
public final class FaultProxy implements AutoCloseable {
    private final InetSocketAddress target;
    private final EventLoopGroup group;
    private final EventLoop loop;
    private final Faults toServer;
    private final Faults toClient;

    /// Only the loop touches what follows, but for `port`.
    private final List<Pair> pairs = new ArrayList<>();

    private @Nullable Channel listener;
    private boolean swallowing;
    private final int port;

    /// Both directions of one connection.
    private record Pair(Link up, Link down, Channel client, Channel server) {}

    private FaultProxy(InetSocketAddress target, long seed) {
        this.target = target;
        this.toServer = new Faults(seed);
        this.toClient = new Faults(seed + 1);
        this.group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        this.loop = group.next();
        this.port = ((InetSocketAddress) listen(0).localAddress()).getPort();
        toServer.onChange(this::pumpAll);
        toClient.onChange(this::pumpAll);
    }

    /// In front of a port of this machine.
    public static FaultProxy to(int port) {
        return to(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
    }

    /// @param seed of the jitter
    public static FaultProxy to(InetSocketAddress target, long seed) {
        return new FaultProxy(target, seed);
    }

    public int port() {
        return port;
    }

    /// The same place, reached through this.
    public URI through(URI uri) {
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return URI.create(uri.getScheme() + "://127.0.0.1:" + port + path + query);
    }

    /// What goes wrong on the way from the clients to the server.
    public Faults toServer() {
        return toServer;
    }

    /// What goes wrong on the way from the server to the clients.
    public Faults toClient() {
        return toClient;
    }

    /// Ends every connection with a FIN to both sides; what was held is lost.
    public void cut() {
        run(() -> List.copyOf(pairs).forEach(FaultProxy::close));
    }

    /// Ends every connection with a RST to both sides.
    public void reset() {
        run(() -> List.copyOf(pairs).forEach(pair -> pair.up.reset()));
    }

    /// The server reads an end; the client is still sent what comes.
    public void halfCloseToServer() {
        run(() -> List.copyOf(pairs).forEach(pair -> pair.up.halfClose()));
    }

    /// The client reads an end; what it sends still arrives.
    public void halfCloseToClient() {
        run(() -> List.copyOf(pairs).forEach(pair -> pair.down.halfClose()));
    }

    /// Open connections freeze; new ones are accepted, read, and never reach the server.
    public void blackHole() {
        toServer.freeze();
        toClient.freeze();
        run(() -> swallowing = true);
    }

    /// New connections are refused; the open ones stay.
    public void refuse() {
        run(() -> {
            if (listener != null) {
                listener.close();
                listener = null;
            }
        });
        // A selector lets go of a closed socket when it selects next; the kernel knows when it has.
        Eventually.eventually(() -> {
            if (listening()) {
                throw new AssertionError("connections are still taken");
            }
        });
    }

    private boolean listening() throws IOException {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (ConnectException _) {
            return false;
        }
    }

    /// Everything is well again, also for what was frozen; what was swallowed is not.
    public void heal() {
        toServer.heal();
        toClient.heal();
        boolean refusing = call(() -> listener == null);
        if (refusing) {
            listen(port);
        }
        run(() -> swallowing = false);
    }

    /// How many connections are proxied now.
    public int connections() {
        return call(pairs::size);
    }

    @Override
    public void close() {
        refuse();
        cut();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private Channel listen(int on) {
        Channel opened =
                new ServerBootstrap()
                        .group(group)
                        .channel(NioServerSocketChannel.class)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.AUTO_READ, false)
                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel client) {
                                        accept(client);
                                    }
                                })
                        .bind(InetAddress.getLoopbackAddress(), on)
                        .syncUninterruptibly()
                        .channel();
        run(() -> listener = opened);
        return opened;
    }

    private void accept(Channel client) {
        if (swallowing) {
            client.pipeline().addLast(new Swallower());
            loop.execute(() -> client.config().setAutoRead(true));
            return;
        }
        ChannelFuture connecting =
                new Bootstrap()
                        .group(loop)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.AUTO_READ, false)
                        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .handler(new ChannelInboundHandlerAdapter())
                        .connect(target);
        connecting.addListener(
                (ChannelFutureListener)
                        connected -> {
                            if (connected.isSuccess()) {
                                join(client, connected.channel());
                            } else {
                                client.close();
                            }
                        });
    }

    private void join(Channel client, Channel server) {
        if (!client.isActive()) {
            server.close();
            return;
        }
        Link up = new Link(client, server, toServer);
        Link down = new Link(server, client, toClient);
        Pair pair = new Pair(up, down, client, server);
        pairs.add(pair);
        client.closeFuture().addListener(ended -> pairs.remove(pair));
        client.pipeline().addLast(up, new Writability(down));
        server.pipeline().addLast(down, new Writability(up));
        client.config().setAutoRead(true);
        server.config().setAutoRead(true);
    }

    private static void close(Pair pair) {
        pair.client.close();
        pair.server.close();
    }

    private void pumpAll() {
        loop.execute(() ->
                List.copyOf(pairs)
                        .forEach(pair -> {
                            pair.up.pump();
                            pair.down.pump();
                        }));
    }

    private void run(Runnable task) {
        call(() -> {
            task.run();
            return true;
        });
    }

    private <T> T call(Supplier<T> task) {
        return CompletableFuture.supplyAsync(task, loop).join();
    }

    /// Lets the link that writes to this channel go on.
    private static final class Writability extends ChannelInboundHandlerAdapter {
        private final Link writer;

        Writability(Link writer) {
            this.writer = writer;
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            writer.pump();
        }
    }

    private static final class Swallower extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                context.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}

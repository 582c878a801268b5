// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.fanfare.core.Environment;
import dev.fanfare.core.FailureLog;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts the connections of all listeners of a server. When one cannot be accepted, as a rule for
/// want of a file descriptor, every listener pauses: new connections wait in the backlog of the
/// operating system, and those that are open go on. After less than a second it is tried again.
///
/// A connection that is accepted during a pause is closed. On io_uring Netty 4.2.18 arms a
/// multishot accept that failed again, whatever `autoRead` says, and cancels it after the next one
/// that succeeds: that one has a descriptor of the reserve, which is given up first. Single accepts
/// would do without, and cost each connection a quarter more.
///
/// Netty's own handler of such a failure comes later in the pipeline and is not reached: it logs
/// each try. On the loops of the listeners, and on the clock's thread.
@ChannelHandler.Sharable
final class Acceptor extends ChannelInboundHandlerAdapter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

    /// Half of it at least; the rest is chance, so that several nodes do not try in step.
    private static final int PAUSE_MILLIS = 1_000;

    /// Descriptors that a node may use besides its connections. Only connections that leave no more
    /// than these are each followed by a look whether one is left, as that is a system call.
    private static final int OWN = 512;

    private final Environment environment;
    private final FailureLog failures;
    private final DescriptorReserve reserve = new DescriptorReserve();
    private final Set<Channel> listeners = ConcurrentHashMap.newKeySet();
    private final AtomicInteger open = new AtomicInteger();
    private final ChannelFutureListener closed = _ -> open.decrementAndGet();
    private final long limit = limit();
    private volatile State state = State.ACCEPTING;

    private enum State {
        ACCEPTING,
        PAUSED,
        /// Paused, and a line of the log says so.
        PAUSED_AND_LOGGED,
        CLOSED
    }

    Acceptor(Environment environment) {
        this.environment = environment;
        this.failures = new FailureLog(LOG, environment.clock());
        reserve.take();
    }

    private static long limit() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        listeners.add(context.channel());
        context.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        listeners.remove(context.channel());
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        if (state != State.ACCEPTING) {
            ((Channel) accepted).unsafe().closeForcibly();
            return;
        }
        int now = open.incrementAndGet();
        ((Channel) accepted).closeFuture().addListener(closed);
        context.fireChannelRead(accepted);
        // Not only when the next one fails: until then the node itself would have none.
        IOException shortage = now < limit - OWN ? null : DescriptorReserve.shortage();
        if (shortage != null) {
            pause(shortage);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        pause(cause);
    }

    private synchronized void pause(Throwable cause) {
        if (state != State.ACCEPTING) {
            return;
        }
        tryLater();
        state = State.PAUSED;
        listeners.forEach(listener -> listener.config().setAutoRead(false));
        reserve.release();
        String what =
                "new connections wait or are closed (open connections: %d, ulimit -n: %s; raise it)"
                        .formatted(open.get(), limit);
        if (failures.warn(what, cause)) {
            state = State.PAUSED_AND_LOGGED;
        }
    }

    private void tryLater() {
        int half = PAUSE_MILLIS / 2;
        Duration pause = Duration.ofMillis(half + environment.random().nextInt(half));
        environment.clock().after(pause, this::resume);
    }

    private synchronized void resume() {
        if (state == State.CLOSED) {
            return;
        }
        if (!reserve.take()) {
            tryLater();
            return;
        }
        if (state == State.PAUSED_AND_LOGGED) {
            LOG.info("connections are accepted again");
        }
        state = State.ACCEPTING;
        listeners.forEach(listener -> listener.config().setAutoRead(true));
    }

    @Override
    public synchronized void close() {
        state = State.CLOSED;
        reserve.release();
    }
}

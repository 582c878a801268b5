// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.FailureLog;
import dev.fanfare.core.Loop;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One event loop, and those of its connections that have a deadline: they are looked at once a
/// second, so that no connection needs a timer. All but the two methods of [Loop] is called on the
/// loop only.
final class NettyLoop implements Loop {
    private static final Logger LOG = LoggerFactory.getLogger(NettyLoop.class);

    private final EventLoop loop;
    private final FailureLog failures;
    private final Set<Watched> watched = Collections.newSetFromMap(new IdentityHashMap<>());

    /// A connection that waits for something.
    interface Watched {
        /// Does what is due.
        ///
        /// @param now [dev.fanfare.engine.Clock#nanos]
        Verdict look(long now);

        /// The server takes no more requests.
        default void drain() {}

        /// The server has waited long enough for requests.
        default void hurry() {}

        /// The server stops.
        void cut();
    }

    enum Verdict {
        KEEP_WATCHING,
        LET_BE
    }

    NettyLoop(EventLoop loop, FailureLog failures) {
        this.loop = loop;
        this.failures = failures;
    }

    @Override
    public void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The loops have ended, and every connection with them: there is nobody to do it for.
            LOG.debug("a task came after the end of its loop", e);
        }
    }

    @Override
    public boolean inLoop() {
        return loop.inEventLoop();
    }

    void watch(Watched connection) {
        watched.add(connection);
    }

    void forget(Watched connection) {
        watched.remove(connection);
    }

    void sweep(long now) {
        // A copy: who is looked at may close, and so leave the set or bring others into it.
        List<Watched> all = new ArrayList<>(watched);
        for (Watched connection : all) {
            attempt(
                    connection,
                    () -> {
                        if (connection.look(now) == Verdict.LET_BE) {
                            watched.remove(connection);
                        }
                    });
        }
    }

    void onEach(Consumer<Watched> action) {
        for (Watched connection : new ArrayList<>(watched)) {
            attempt(connection, () -> action.accept(connection));
        }
    }

    /// A connection that fails is cut, and the others have their turn.
    private void attempt(Watched connection, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            failures.warn("a connection failed and is cut", e);
            watched.remove(connection);
            connection.cut();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.FailureLog;
import dev.fanfare.core.Hub;
import dev.fanfare.engine.Clock;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/// What all connections of a server have in common.
///
/// @param sessions open WebSocket connections
/// @param failures of single connections, as when memory runs out
record ServerShared(
        HttpServer.Node node,
        Map<EventLoop, NettyLoop> loops,
        Strangers strangers,
        Proxies proxies,
        Deflation deflation,
        Draining draining,
        AtomicInteger sessions,
        FailureLog failures) {

    Hub hub() {
        return node.hub();
    }

    Clock clock() {
        return node.environment().clock();
    }

    RandomGenerator random() {
        return node.environment().random();
    }

    HttpLimits limits() {
        return node.limits();
    }

    NettyLoop loop(EventLoop of) {
        NettyLoop loop = loops.get(of);
        if (loop == null) {
            throw new IllegalArgumentException("a loop of another transport");
        }
        return loop;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a request is for, by its head: what can be said before its body is there, and how much of
/// that is read.
sealed interface Purpose {
    Logger LOG = LoggerFactory.getLogger(Purpose.class);

    /// The answer that needs no body; null when there is none yet.
    ///
    /// @param version of HTTP, as on the request line
    @Nullable Response early(Request head, String version, ServerShared shared);

    /// Whether a body is expected, and is to be waited for.
    boolean reads(Request head);

    /// Bytes of the largest body.
    int bodyLimit();

    static Purpose of(ListenerSpec listener, Request head) {
        String path = head.path();
        WebSocketRoute route = socket(listener, path);
        for (Gateway each : listener.gateways()) {
            if ((path.equals(each.path()) || path.equals(each.path() + '/'))
                    && (route == null || each.takes(head))) {
                return new Through(each);
            }
        }
        return route == null
                ? new Plain(Exchange.of(listener, head, Arrival.own(head)))
                : new Socket(route, listener.name());
    }

    private static @Nullable WebSocketRoute socket(ListenerSpec listener, String path) {
        for (WebSocketRoute route : listener.sockets()) {
            if (route.path().equals(path)) {
                return route;
            }
        }
        return null;
    }

    private static @Nullable Response full(ServerShared shared) {
        return shared.sessions().get() < shared.limits().sessions()
                ? null
                : Response.error(503, "unavailable", "This node is full. Come back later.")
                        .header("Retry-After", String.valueOf(shared.random().nextInt(5, 31)));
    }

    private static @Nullable Response tooLarge(Request head, int most) {
        return Arrival.announced(head) > most ? Answers.tooLarge(most) : null;
    }

    /// A route or a page.
    record Plain(Exchange exchange) implements Purpose {
        @Override
        public @Nullable Response early(Request head, String version, ServerShared shared) {
            Response early = exchange.early();
            return early == null ? tooLarge(head, bodyLimit()) : early;
        }

        @Override
        public boolean reads(Request head) {
            return true;
        }

        @Override
        public int bodyLimit() {
            return exchange.bodyLimit();
        }
    }

    /// A WebSocket.
    ///
    /// @param listener for the log
    record Socket(WebSocketRoute route, String listener) implements Purpose {
        @Override
        public @Nullable Response early(Request head, String version, ServerShared shared) {
            Response fault = Upgrade.fault(route, head, version, Arrival.own(head));
            if (fault == null) {
                return full(shared);
            }
            LOG.info(
                    "an upgrade failed at {}{}: {} {}, remote={}",
                    listener,
                    route.path(),
                    fault.status(),
                    new String(fault.body(), StandardCharsets.UTF_8),
                    head.remote());
            return fault;
        }

        @Override
        public boolean reads(Request head) {
            return false;
        }

        @Override
        public int bodyLimit() {
            return 0;
        }
    }

    /// A gateway: a plain request, or a WebSocket.
    record Through(Gateway gateway) implements Purpose {
        @Override
        public @Nullable Response early(Request head, String version, ServerShared shared) {
            if (!Upgrade.asked(head)) {
                return tooLarge(head, bodyLimit());
            }
            Response fault = Upgrade.fault(head, version);
            return fault == null ? full(shared) : fault;
        }

        @Override
        public boolean reads(Request head) {
            return !Upgrade.asked(head);
        }

        @Override
        public int bodyLimit() {
            return gateway.bodyLimit();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.core.Hub;
import dev.fanfare.core.Session;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How many are connected to this node, and whether it works.
final class SocketStatus {
    private static final Logger LOG = LoggerFactory.getLogger(SocketStatus.class);
    private static final Duration ENGINE_WITHIN = Duration.ofSeconds(2);

    private final String endpoint;
    private final Supplier<Hub> hub;
    private final DataSource database;

    /// @param endpoint the name of the endpoint whose sessions are counted
    SocketStatus(String endpoint, Supplier<Hub> hub, DataSource database) {
        this.endpoint = endpoint;
        this.hub = hub;
        this.database = database;
    }

    private record Stats(int totalConnections, int activeConnections) {}

    private record Health(boolean healthy, int totalConnections, int activeConnections) {}

    Router router() {
        return Router.of(
                Route.get("/api/v1/websocket/stats", this::stats),
                Route.get("/api/v1/websocket/health", this::health));
    }

    private Response stats(Request request) {
        return StoreRoutes.success(200, count(), "WebSocket statistics retrieved successfully");
    }

    /// Healthy is who can change data and tell of it: the database and the engine answer.
    private Response health(Request request) {
        Stats stats = count();
        boolean healthy = works();
        return StoreRoutes.success(
                healthy ? 200 : 503,
                new Health(healthy, stats.totalConnections, stats.activeConnections),
                healthy ? "WebSocket server is healthy" : "WebSocket server is unhealthy");
    }

    /// Active is who has answered the last ping.
    private Stats count() {
        List<Session> sessions =
                hub.get().sessions().stream()
                        .filter(session -> session.endpoint().name().equals(endpoint))
                        .toList();
        long active = sessions.stream().filter(Session::responsive).count();
        return new Stats(sessions.size(), (int) active);
    }

    private boolean works() {
        try (Connection connection = database.getConnection()) {
            hub.get()
                    .channel(Audience.of("health"))
                    .members(1)
                    .toCompletableFuture()
                    .get(ENGINE_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            return connection.isValid(1);
        } catch (Exception e) {
            LOG.warn("unhealthy", e);
            return false;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.connect;

import dev.fanfare.apps.App;
import dev.fanfare.apps.Backing;
import dev.fanfare.apps.Database;
import dev.fanfare.apps.FlatDialect;
import dev.fanfare.apps.PingHandler;
import dev.fanfare.apps.Throttle;
import dev.fanfare.core.Access;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.Close;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Environment;
import dev.fanfare.core.Hub;
import dev.fanfare.core.Limits;
import dev.fanfare.core.Session;
import dev.fanfare.pages.BuiltPages;
import dev.fanfare.server.EndpointConfig;
import dev.fanfare.server.Fanfare;
import dev.fanfare.server.FanfareConfig;
import dev.fanfare.server.Repeating;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connects a wallet: a page shows a QR code, a wallet scans it, the platform's webhook says so,
/// and the page knows at once.
///
/// Any thread.
public final class ConnectApp implements App {
    /// The listener's name, to ask for its port by.
    public static final String NAME = "connect";

    private static final Logger LOG = LoggerFactory.getLogger(ConnectApp.class);
    private static final String PATH = "/ws/connections";
    private static final Duration EXPIRY = Duration.ofSeconds(5);
    private static final int EXPIRY_BATCH = 500;

    private final ConnectSettings settings;
    private final Environment environment;
    private final ConnectSessions sessions;
    private final StatusChanges changes;
    private final CompletableFuture<Running> running = new CompletableFuture<>();
    private @Nullable Repeating expiry;

    private record Running(Hub hub, String publicUrl) {}

    private ConnectApp(ConnectSettings settings, Backing backing) {
        this.settings = settings;
        this.environment = backing.environment();
        this.sessions = new ConnectSessions(backing.database(), environment.clock());
        this.changes =
                new StatusChanges(
                        backing.database(), environment.clock(), () -> running.join().hub());
    }

    /// Creates the app's tables and describes its listener. Once the node runs, tell it by
    /// [#started].
    public static ConnectApp install(
            FanfareConfig config, ConnectSettings settings, Backing backing) {
        Database.create(backing.database(), ConnectApp.class, "connect.sql");
        ConnectApp app = new ConnectApp(settings, backing);
        ConnectRoutes routes =
                new ConnectRoutes(
                        settings,
                        new ConnectRoutes.Stores(app.sessions, app.changes),
                        new ConnectRoutes.Running(app::stats, app::invitations),
                        backing.environment().clock());
        Throttle throttle = new Throttle(backing.environment().clock(), 20, 200);
        config.site(
                NAME,
                settings.port(),
                site ->
                        site.webSocket(PATH, app::endpoint)
                                .routes(routes.router(throttle))
                                .pages(BuiltPages.of("connect")));
        return app;
    }

    private void endpoint(EndpointConfig endpoint) {
        Limits.Heartbeat heartbeat =
                new Limits.Heartbeat(settings.pingInterval(), Duration.ofSeconds(10));
        endpoint.dialect(new FlatDialect(null, Set.of()))
                .authenticator(new SessionAuthenticator(sessions))
                .admission(Endpoint.Admission.ON_OPEN)
                .lifecycle(new Watching())
                .limits(
                        Limits.DEFAULT
                                .connections(settings.maxClientsPerSession())
                                .heartbeat(heartbeat)
                                .badCommands(Integer.MAX_VALUE))
                .full(Close.of(1008, "Too many connections for this session"))
                .channel(
                        ConnectionStatus.channel("{sessionId}"),
                        rules ->
                                rules.lagging(ChannelRules.Lagging.LATEST)
                                        .subscribe(Access.nobody()))
                .on(new PingHandler());
    }

    /// A client that comes is sent the current status, and then every change.
    private final class Watching implements Endpoint.Lifecycle {
        @Override
        public void opened(Session session) {
            String id = session.user();
            session.subscribe(
                            ConnectionStatus.channel(id),
                            () -> sessions.status(id).map(ConnectionStatus::content).orElse(null))
                    .whenComplete((_, failure) -> {
                        if (failure != null) {
                            session.disconnect(Close.TRY_LATER);
                        }
                    });
        }
    }

    /// The node runs: begins to look for sessions that nobody has connected in time.
    @Override
    public synchronized void started(Fanfare fanfare) {
        String url = settings.publicUrl();
        if (url == null) {
            url = "http://localhost:" + fanfare.port(NAME);
        }
        running.complete(new Running(fanfare.hub(), url));
        expiry = Repeating.every(EXPIRY, "connect-expiry", environment, this::expire);
        LOG.info("> Ready on {} with WebSocket support", url);
        LOG.info("✓ WebSocket server initialized");
        LOG.info("WebSocket server ready on {}", PATH);
    }

    private void expire() throws Exception {
        List<String> batch;
        do {
            batch = sessions.expired(EXPIRY_BATCH);
            for (String session : batch) {
                changes.expired(session);
            }
        } while (batch.size() == EXPIRY_BATCH);
        sessions.forget();
    }

    private Invitation.Base invitations() {
        return new Invitation.Base(running.join().publicUrl() + "/wallet.html");
    }

    private WebSocketStats stats() {
        Map<String, Long> clients =
                running.join().hub().sessions().stream()
                        .filter(session -> session.endpoint().name().equals(NAME + PATH))
                        .collect(
                                Collectors.groupingBy(
                                        Session::user, TreeMap::new, Collectors.counting()));
        return new WebSocketStats(
                clients.values().stream().mapToInt(Long::intValue).sum(),
                List.copyOf(clients.keySet()),
                clients.entrySet().stream()
                        .map(entry ->
                                new WebSocketStats.SessionCount(entry.getKey(), entry.getValue()))
                        .toList());
    }

    /// Stops looking after the sessions; the connections are the node's to close.
    @Override
    public synchronized void close() {
        if (expiry != null) {
            expiry.close();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.App;
import dev.fanfare.apps.Backing;
import dev.fanfare.apps.Database;
import dev.fanfare.apps.Json;
import dev.fanfare.apps.Since;
import dev.fanfare.apps.Throttle;
import dev.fanfare.apps.store.StoreSettings.Identity;
import dev.fanfare.core.Access;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Environment;
import dev.fanfare.core.Hub;
import dev.fanfare.core.Limits;
import dev.fanfare.core.Principal;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.Published;
import dev.fanfare.pages.BuiltPages;
import dev.fanfare.server.EndpointConfig;
import dev.fanfare.server.Fanfare;
import dev.fanfare.server.FanfareConfig;
import dev.fanfare.server.Repeating;
import dev.fanfare.server.Site;
import dev.fanfare.server.TypedHandler;
import dev.fanfare.server.http.Pages;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The live updates of a shop: its data is changed by HTTP, and whoever is in the store, or is the
/// user concerned, is told.
///
/// ```java
/// StoreApp store = StoreApp.install(config, settings, backing);
/// store.started(Fanfare.start(...));
/// store.sendOrderUpdate("store456", new OrderUpdate("12345", "preparing", items));
/// ```
///
/// Any thread.
public final class StoreApp implements App {
    /// The listener's name, to ask for its port by.
    public static final String NAME = "store";

    /// The name of the WebSocket listener, where it is another.
    public static final String SOCKET = "store-socket";

    private static final Logger LOG = LoggerFactory.getLogger(StoreApp.class);
    private static final Limits.Rate RATE = new Limits.Rate(50, 200, 500);
    private static final Duration PONG_WITHIN = Duration.ofSeconds(10);
    private static final int HISTORY = 200;
    private static final Duration HISTORY_AGE = Duration.ofMinutes(10);
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final StoreSettings settings;
    private final Environment environment;
    private final StoreDialect dialect;
    private final UserEvents users;
    private final Herald herald;
    private final StoreChanges changes;
    private final CompletableFuture<Fanfare> running = new CompletableFuture<>();
    private @Nullable Repeating retrying;

    private StoreApp(StoreSettings settings, Backing backing) {
        this.settings = settings;
        this.environment = backing.environment();
        this.dialect = new StoreDialect(settings.casing(), environment.clock());
        this.users = new UserEvents(this::hub, Since.on(environment.clock()));
        this.herald = new Herald(this::hub, users);
        this.changes = new StoreChanges(backing.database(), herald);
    }

    /// Creates the app's tables and describes its listeners. Once the node runs, tell it by
    /// [#started].
    ///
    /// @param handlers for messages of further types
    public static StoreApp install(
            FanfareConfig config,
            StoreSettings settings,
            Backing backing,
            TypedHandler<?>... handlers) {
        Database.create(backing.database(), StoreApp.class, "store.sql");
        StoreApp app = new StoreApp(settings, backing);
        boolean apart = app.socketSite().equals(SOCKET);
        config.site(
                NAME,
                settings.port(),
                site -> {
                    app.http(site, backing);
                    if (!apart) {
                        app.socket(site, handlers);
                    }
                });
        if (apart) {
            config.site(
                    SOCKET,
                    settings.socket().port().orElseThrow(),
                    site -> app.socket(site, handlers));
        }
        return app;
    }

    /// The listener where WebSocket connections come in: the app's own, unless another port is set.
    private String socketSite() {
        int port = settings.socket().port().orElse(settings.port());
        boolean given = settings.socket().port().isPresent();
        return given && (port == 0 || port != settings.port()) ? SOCKET : NAME;
    }

    private String endpointName() {
        return socketSite() + settings.socket().path();
    }

    private void http(Site site, Backing backing) {
        StoreRecords records = new StoreRecords(environment.clock());
        StoreDeeds deeds = new StoreDeeds(records);
        int rate = settings.requestsPerSecond();
        Throttle throttle = new Throttle(environment.clock(), rate, 4 * rate);
        site.routes(new StoreRoutes(settings, changes, deeds, throttle).router())
                .routes(new StoreLists(settings, backing.database(), records, throttle).router())
                .routes(
                        new SocketStatus(endpointName(), this::hub, backing.database())
                                .router()
                                .origins(settings.origins()))
                .routes(Router.of(Route.get("/store.json", _ -> page())))
                .pages(pages());
    }

    private List<Pages> pages() {
        List<Pages> own = BuiltPages.of(NAME);
        return socketSite().equals(SOCKET)
                ? own.stream()
                        .map(pages -> pages.connecting(settings.socket().port().orElseThrow()))
                        .toList()
                : own;
    }

    private void socket(Site site, TypedHandler<?>... handlers) {
        site.webSocket(settings.socket().path(), endpoint -> endpoint(endpoint, handlers));
    }

    private void endpoint(EndpointConfig endpoint, TypedHandler<?>... handlers) {
        endpoint.dialect(dialect)
                .authenticator(_ -> Authenticator.anonymous())
                .admission(Endpoint.Admission.ON_OPEN)
                .lifecycle(new Visitors(dialect))
                .origins(settings.origins())
                .limits(
                        Limits.DEFAULT
                                .rate(RATE)
                                .heartbeat(
                                        new Limits.Heartbeat(settings.pingInterval(), PONG_WITHIN))
                                .badCommands(Integer.MAX_VALUE))
                .channel(
                        Audience.STORES,
                        rules ->
                                rules.history(HISTORY, HISTORY_AGE)
                                        .presence(ChannelRules.Presence.ANNOUNCED, settings.grace())
                                        .subscribe(stores()))
                .channel(
                        Audience.USERS,
                        rules ->
                                rules.history(UserEvents.KEPT, UserEvents.AGE)
                                        .subscribe(StoreApp::own))
                .userMessages(Endpoint.UserMessages.WHEN_ASKED)
                .on(
                        new NotedHandler<>(
                                new AuthenticateHandler(
                                        settings.identity(),
                                        dialect,
                                        Since.on(environment.clock()),
                                        users)))
                .on(new NotedHandler<>(new PingPong()))
                .on(new NotedHandler<>(new CustomActionHandler(dialect)));
        for (TypedHandler<?> handler : handlers) {
            endpoint.on(new NotedHandler<>(handler));
        }
    }

    private static boolean own(@Nullable Principal principal, Map<String, String> captures) {
        String user = captures.getOrDefault(Audience.USER, "");
        return principal != null && principal.user().equals(Audience.account(user));
    }

    /// What a renewed token does not open any more, is left.
    private Access stores() {
        return switch (settings.identity()) {
            case Identity.Claimed _ -> Access.authenticated();
            case Identity.Verified(_, StoreSettings.Stores stores) ->
                    (principal, captures) ->
                            principal != null
                                    && AuthenticateHandler.opens(
                                            principal,
                                            captures.getOrDefault(Audience.STORE, ""),
                                            stores);
        };
    }

    @Override
    public synchronized void started(Fanfare fanfare) {
        running.complete(fanfare);
        if (settings.identity() instanceof Identity.Claimed) {
            LOG.warn(
                    "the store believes its clients whatever id they name: for development on this"
                            + " machine only");
        }
        retrying = Repeating.every(RETRY, "store-events", environment, changes::publishWaiting);
        LOG.info("WebSocket server ready on {}", settings.socket().path());
    }

    private Hub hub() {
        return running.join().hub();
    }

    /// Where the app's page finds the socket, and what it has to ask for.
    private Response page() {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("socketPort", running.join().port(socketSite()));
        answer.put("socketPath", settings.socket().path());
        answer.put("token", settings.identity() instanceof Identity.Verified);
        return Response.json(200, Json.write(answer)).header("Cache-Control", "no-store");
    }

    /// Tells every connection of one user; one that comes back later is told, too.
    ///
    /// @param update what becomes `data`
    public CompletionStage<Published> sendProfileUpdate(String userId, Object update) {
        return herald.user(userId, StoreEvent.PROFILE_UPDATED, Json.write(update), null);
    }

    /// Tells every connection in one store.
    ///
    /// @param update what becomes `data`
    public CompletionStage<Published> sendOrderUpdate(String storeId, Object update) {
        return sendToStore(storeId, StoreEvent.ORDER_UPDATED, update);
    }

    /// Tells every connection in one store.
    ///
    /// @param update what becomes `data`
    public CompletionStage<Published> sendCustomerUpdate(String storeId, Object update) {
        return sendToStore(storeId, StoreEvent.CUSTOMER_UPDATED, update);
    }

    /// Tells every connection in one store of anything.
    ///
    /// @param data what becomes `data`
    public CompletionStage<Published> sendToStore(String storeId, StoreEvent event, Object data) {
        return herald.store(Audience.of(storeId), event, Json.write(data), null);
    }

    /// Tells every connection of this node, whoever it is.
    ///
    /// @param data what becomes `data`
    /// @return how many those are
    public int sendNotification(Object data) {
        Content content = Content.of(StoreEvent.GENERAL_NOTIFICATION.wire(), Json.write(data));
        return hub().broadcast(
                        content, session -> session.endpoint().name().equals(endpointName()));
    }

    /// Ends the attempts to tell what waits; the connections are the node's to close.
    @Override
    public synchronized void close() {
        if (retrying != null) {
            retrying.close();
        }
    }
}

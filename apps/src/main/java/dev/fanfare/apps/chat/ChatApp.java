// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.chat;

import dev.fanfare.apps.App;
import dev.fanfare.apps.Backing;
import dev.fanfare.apps.Database;
import dev.fanfare.apps.FlatDialect;
import dev.fanfare.apps.Json;
import dev.fanfare.apps.PingHandler;
import dev.fanfare.apps.Since;
import dev.fanfare.apps.Throttle;
import dev.fanfare.core.Access;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.Close;
import dev.fanfare.core.Environment;
import dev.fanfare.core.Hub;
import dev.fanfare.core.Limits;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.Published;
import dev.fanfare.pages.BuiltPages;
import dev.fanfare.server.EndpointConfig;
import dev.fanfare.server.Fanfare;
import dev.fanfare.server.FanfareConfig;
import dev.fanfare.server.Repeating;
import dev.fanfare.server.TypedHandler;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A chat: one lobby, users with many connections each, who sign in before they connect.
///
/// ```java
/// ChatApp chat = ChatApp.install(config, ChatSettings.DEMO, backing);
/// chat.started(Fanfare.start(...));
/// ```
///
/// Any thread.
public final class ChatApp implements App {
    /// The listener's name, to ask for its port by.
    public static final String NAME = "chat";

    private static final String PATH = "/ws";
    private static final Duration SWEEP = Duration.ofMinutes(1);
    private static final Limits.Rate RATE = new Limits.Rate(50, 200, 150);

    private final ChatSettings settings;
    private final Environment environment;
    private final SignIns signIns;
    private final CompletableFuture<Hub> hub = new CompletableFuture<>();
    private @Nullable Repeating sweep;

    private ChatApp(ChatSettings settings, Backing backing) {
        this.settings = settings;
        this.environment = backing.environment();
        this.signIns = new SignIns(backing.database(), environment.clock(), settings);
    }

    /// Creates the app's tables and describes its listener. Once the node runs, tell it by
    /// [#started].
    ///
    /// @param handlers for messages of further types
    public static ChatApp install(
            FanfareConfig config,
            ChatSettings settings,
            Backing backing,
            TypedHandler<?>... handlers) {
        Database.create(backing.database(), ChatApp.class, "chat.sql");
        ChatApp app = new ChatApp(settings, backing);
        SignInRoutes signIn = new SignInRoutes(app.signIns, settings, app::connected);
        Throttle throttle = new Throttle(backing.environment().clock(), 20, 200);
        config.site(
                NAME,
                settings.port(),
                site ->
                        site.webSocket(PATH, endpoint -> app.endpoint(endpoint, signIn, handlers))
                                .routes(signIn.router(throttle))
                                .routes(Router.of(Route.get("/api/chat/stats", _ -> app.stats())))
                                .pages(BuiltPages.of(NAME)));
        return app;
    }

    private void endpoint(
            EndpointConfig endpoint, SignInRoutes signIn, TypedHandler<?>... handlers) {
        endpoint.dialect(new FlatDialect(ChatMessageHandler.TYPE, Set.of(ChatMessageHandler.TYPE)))
                .gate(signIn::gate)
                .lifecycle(new Lobby(settings))
                .revalidate(settings.revalidateWithin(), new StillSignedIn(signIns))
                .limits(
                        Limits.DEFAULT
                                .connections(settings.maxConnectionsPerUser())
                                .rate(RATE)
                                .badCommands(Integer.MAX_VALUE))
                .full(Close.of(1008, settings.tooManyConnections()))
                .channel(
                        Lobby.CHANNEL,
                        rules ->
                                rules.history(HistoryHandler.KEPT, HistoryHandler.KEPT_FOR)
                                        .presence(ChannelRules.Presence.ANNOUNCED, settings.grace())
                                        .subscribe(Access.nobody()))
                .on(new ChatMessageHandler(settings))
                .on(new TypingIndicatorHandler())
                .on(new HistoryHandler(Since.on(environment.clock())))
                .on(new AnnouncementHandler())
                .on(new PingHandler());
        for (TypedHandler<?> handler : handlers) {
            endpoint.on(handler);
        }
    }

    /// The node runs: begins to delete sign-ins that have expired.
    @Override
    public synchronized void started(Fanfare fanfare) {
        hub.complete(fanfare.hub());
        sweep = Repeating.every(SWEEP, "chat-sweep", environment, signIns::sweep);
    }

    /// The app's sessions on this node.
    private List<Session> connected() {
        return hub.join().sessions().stream().filter(ChatApp::ours).toList();
    }

    private static boolean ours(Session session) {
        return session.endpoint().name().equals(NAME + PATH);
    }

    /// Sends `json` to every user's every connection, as it is.
    public CompletionStage<Published> broadcastMessage(String json) {
        return broadcastMessage(json, null);
    }

    /// The same, but not to one connection.
    ///
    /// @param exceptSession the connection's id, or null
    public CompletionStage<Published> broadcastMessage(
            String json, @Nullable String exceptSession) {
        Content content = Content.of(json.getBytes(StandardCharsets.UTF_8));
        return hub.join().channel(Lobby.CHANNEL).publish(content.except(exceptSession), null);
    }

    /// Sends `json` to every connection that one user has on this node, as it is.
    ///
    /// @return how many those are
    public int sendToUser(String user, String json) {
        Content content = Content.of(json.getBytes(StandardCharsets.UTF_8));
        List<Session> sessions =
                hub.join().user(user).sessions().stream().filter(ChatApp::ours).toList();
        sessions.forEach(session -> session.send(content));
        return sessions.size();
    }

    public ConnectionStats connectionStats() {
        List<Session> sessions = connected();
        long users = sessions.stream().map(Session::user).distinct().count();
        return new ConnectionStats((int) users, sessions.size());
    }

    private Response stats() {
        return Response.json(200, Json.write(connectionStats()))
                .header("Cache-Control", "no-store");
    }

    /// Stops looking after sign-ins; the connections are the node's to close.
    @Override
    public synchronized void close() {
        if (sweep != null) {
            sweep.close();
        }
    }
}

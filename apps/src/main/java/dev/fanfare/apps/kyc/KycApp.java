// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.fanfare.apps.App;
import dev.fanfare.apps.Database;
import dev.fanfare.apps.DatabaseUrl;
import dev.fanfare.apps.Json;
import dev.fanfare.apps.changes.ChangeFeed;
import dev.fanfare.apps.changes.Outgoing;
import dev.fanfare.changes.Change;
import dev.fanfare.changes.PostgresChanges;
import dev.fanfare.changes.State;
import dev.fanfare.core.Access;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Close;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Environment;
import dev.fanfare.core.Limits;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.Position;
import dev.fanfare.pages.BuiltPages;
import dev.fanfare.server.EndpointConfig;
import dev.fanfare.server.Fanfare;
import dev.fanfare.server.FanfareConfig;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// People's verification status, pushed to whoever watches them.
///
/// A change of a row of `public.kyc_status`, by whatever program, reaches the clients through
/// Postgres's logical replication: nothing here writes an update to a socket by another way. Only
/// the status that a subscription begins with is queried.
///
/// Any thread.
public final class KycApp implements App {
    /// The listener's name, to ask for its port by.
    public static final String NAME = "kyc";

    private static final Logger LOG = LoggerFactory.getLogger(KycApp.class);
    private static final String PATH = "/live";

    /// Less than a channel's log keeps for who is behind: too slow a client is cut off, and comes
    /// back to the current status.
    private static final int OUTBOX = 768 << 10;

    /// Looks at whether the table is followed, five seconds together.
    private static final int LOOKS = 500;

    private static final Duration PAUSE = Duration.ofMillis(10);

    private final KycSettings settings;
    private final HikariDataSource database;
    private final StatusTable table;
    private final Watchers watchers;
    private final Recent recent = new Recent();
    private final SubscribeHandler subscribe;
    private final ChangeFeed feed;

    private KycApp(FanfareConfig config, KycSettings settings, Environment environment) {
        this.settings = settings;
        this.database =
                Database.pool(
                        settings.database().url(),
                        settings.database().user(),
                        settings.database().password());
        this.table = new StatusTable(database);
        this.watchers = new Watchers(settings);
        this.feed =
                ChangeFeed.install(
                        config,
                        new ChangeFeed.Source(
                                NAME,
                                settings.database(),
                                List.of(new StatusMapping()),
                                settings.coalesce()),
                        new Changes(),
                        environment);
        InitialStatus.Origin origin =
                new InitialStatus.Origin(table, recent, this::reached, environment.clock());
        this.subscribe =
                new SubscribeHandler(settings, watchers, user -> new InitialStatus(user, origin));
    }

    /// Makes the table where there is none, and describes the app's listener. Once the node runs,
    /// tell it by [#started].
    public static KycApp install(
            FanfareConfig config, KycSettings settings, Environment environment) {
        KycApp app = new KycApp(config, settings, environment);
        try {
            app.table.createIfMissing();
        } catch (RuntimeException e) {
            app.database.close();
            throw e;
        }
        config.site(
                NAME,
                settings.port(),
                site ->
                        site.webSocket(PATH, app::endpoint)
                                .routes(Router.of(Route.get("/api/kyc/stats", app::stats)))
                                .pages(BuiltPages.of("kyc")));
        return app;
    }

    private void endpoint(EndpointConfig endpoint) {
        endpoint.dialect(new KycDialect())
                .lifecycle(watchers)
                .limits(
                        Limits.DEFAULT
                                .connections(settings.connectionsPerUser())
                                .channels(settings.usersPerConnection())
                                .rate(settings.rate())
                                .outbox(OUTBOX)
                                .badCommands(Integer.MAX_VALUE))
                .full(Close.of(1008, "Too many connections for this user"))
                .channel(KycStatus.channel("{userId}"), rules -> rules.subscribe(Access.nobody()))
                .on(SubscribeHandler.TYPE, subscribe)
                .handshake(
                        route -> route.failedUpgradeStatus(400).subprotocols(TokenGate.PROTOCOL));
        switch (settings.identity()) {
            case KycSettings.Identity.Claimed _ -> {
                LOG.warn(
                        "kyc believes the userId that a client names: anybody can watch anybody."
                                + " This is for development only");
                endpoint.admission(Endpoint.Admission.ON_OPEN)
                        .authenticator(_ -> Authenticator.anonymous());
            }
            case KycSettings.Identity.Verified(Authenticator authenticator) ->
                    endpoint.gate(new TokenGate(authenticator));
        }
    }

    /// The node runs: begins to follow the table, and waits a little until it does.
    ///
    /// @throws dev.fanfare.changes.ChangesException when only a person can mend what is wrong with
    ///   the database
    @Override
    public void started(Fanfare fanfare) {
        feed.started(fanfare);
        for (int i = 0; i < LOOKS && feed.state() != State.STREAMING; i++) {
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /// Without its database the stream is not waited for.
    private long reached() {
        return feed.state() == State.STREAMING ? feed.reached() : -1L;
    }

    /// What the stream has to say beside the changes.
    private final class Changes implements ChangeFeed.Watch {
        @Override
        public void publishing(
                Change change, Outgoing outgoing, CompletionStage<Position> position) {
            recent.add(
                    outgoing.channel(),
                    new Recent.Sent(change.transaction(), outgoing.content(), position));
        }

        @Override
        public void lost() {
            tell("The database cannot be reached. Changes are sent as soon as it is back.");
        }

        /// Everybody is sent the current status anew.
        @Override
        public void gap() {
            recent.clear();
            watchers.all().forEach(watch -> subscribe.again(watch.session(), watch.user()));
        }

        private void tell(String problem) {
            Content error = KycDialect.error(problem);
            watchers.sessions().forEach(session -> session.send(error));
        }
    }

    private Response stats(Request request) {
        Watchers.Counts counts = watchers.counts();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put(
                "identity",
                switch (settings.identity()) {
                    case KycSettings.Identity.Claimed _ -> "claimed";
                    case KycSettings.Identity.Verified _ -> "verified";
                });
        answer.put("clients", counts.clients());
        answer.put("watchedUsers", counts.watched());
        answer.put("watches", counts.watches());
        answer.put("changes", feed.state() == State.STREAMING ? "live" : "not live");
        answer.put("database", database());
        return Response.json(200, Json.write(answer)).header("Cache-Control", "no-store");
    }

    private Map<String, Object> database() {
        HikariPoolMXBean pool = database.getHikariPoolMXBean();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("connections", pool.getTotalConnections());
        answer.put("busy", pool.getActiveConnections());
        answer.put("waiting", pool.getThreadsAwaitingConnection());
        switch (settings.address()) {
            case HIDDEN -> {}
            case TOLD ->
                    new DatabaseUrl(settings.database().url(), settings.database().user(), "")
                            .withoutSecrets()
                            .ifPresent(address -> answer.put("address", address));
        }
        return answer;
    }

    /// Stops following the table. Its slot goes too, so that it does not hold back the database's
    /// log: who comes after a restart is sent the current status anyway.
    @Override
    public void close() {
        feed.close();
        try {
            PostgresChanges.dropSlot(settings.database());
        } catch (RuntimeException e) {
            LOG.warn("the slot {} could not be dropped", settings.database().slot(), e);
        }
        database.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import dev.fanfare.apps.App;
import dev.fanfare.apps.Throttle;
import dev.fanfare.core.Authenticator;
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
import dev.fanfare.server.Site;
import dev.fanfare.server.Tokens;
import dev.fanfare.socketio.ErrorReplies;
import dev.fanfare.socketio.Refused;
import dev.fanfare.socketio.SocketIo;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A wallet's gateway: whoever shows a token is sent what changes of their own balances,
/// collections and stakes, the price, and what they are told alone.
///
/// Any thread.
public final class WalletApp implements App {
    /// The listener's name, to ask for its port by.
    public static final String NAME = "wallet";

    private static final Logger LOG = LoggerFactory.getLogger(WalletApp.class);
    private static final String PATH = "/ws";
    private static final String NAMESPACE = "/ws";
    private static final Duration RETURN_WITHIN = Duration.ofMinutes(2);

    private final WalletSettings settings;
    private final Authenticator tokens;
    private final Environment environment;
    private final CompletableFuture<Hub> hub = new CompletableFuture<>();
    private @Nullable Repeating prices;

    private WalletApp(WalletSettings settings, Authenticator tokens, Environment environment) {
        this.settings = settings;
        this.tokens = tokens;
        this.environment = environment;
    }

    /// Describes the app's listener. Once the node runs, tell it by [#started].
    ///
    /// @param tokens what verifies the tokens that clients show
    /// @param environment the node's own: its clock must be the configuration's
    public static WalletApp install(
            FanfareConfig config,
            WalletSettings settings,
            Authenticator tokens,
            Environment environment) {
        WalletApp app = new WalletApp(settings, tokens, environment);
        config.site(NAME, settings.port(), app::describe);
        return app;
    }

    private void describe(Site site) {
        site.webSocket(PATH, this::plain).gateway(socketIo()).pages(BuiltPages.of(NAME));
        Tokens issuer = settings.guests();
        if (issuer != null) {
            Throttle throttle = new Throttle(environment.clock(), 20, 200);
            site.routes(new Guests(issuer, tokens, hub::join).router(throttle));
        }
    }

    private SocketIo socketIo() {
        return SocketIo.at(PATH)
                .namespace(
                        NAMESPACE,
                        endpoint -> {
                            endpoint(endpoint);
                            endpoint.opened(WalletApp::returns);
                        })
                .events(NAMESPACE, new WalletEvents(new Answers(environment.clock())))
                .refused(NAMESPACE, Refused.DISCONNECT)
                .errors(NAMESPACE, ErrorReplies.SENT)
                .recovery(NAMESPACE, RETURN_WITHIN)
                .origins(settings.origins());
    }

    private void plain(EndpointConfig endpoint) {
        endpoint(endpoint);
        endpoint.dialect(new PlainDialect(new Answers(environment.clock())))
                .admission(Endpoint.Admission.ON_OPEN)
                .lifecycle(new TurnedAway())
                .origins(settings.origins())
                .handshake(route -> route.failedUpgradeStatus(400));
    }

    private void endpoint(EndpointConfig endpoint) {
        endpoint.authenticator(new WalletAuthenticator(tokens))
                .limits(
                        Limits.DEFAULT
                                .connections(settings.maxConnectionsPerUser())
                                .rate(settings.rate())
                                .badCommands(Integer.MAX_VALUE))
                .userMessages(Endpoint.UserMessages.WHEN_ASKED)
                .on(Requests.SUBSCRIBE, new Return(environment.clock()))
                .on(WalletChannels.NOTIFICATIONS, new Notifications());
        WalletChannels.describe(endpoint, settings);
    }

    /// Says who is turned away, as the namespace does by itself.
    private static final class TurnedAway implements Endpoint.Lifecycle {
        @Override
        public void rejected(Session session, Authenticator.Outcome.Rejected why) {
            LOG.warn("Client {} disconnected: {}", session.id(), why.reason());
        }
    }

    /// Who comes back has its subscriptions again; what is sent to the user is to be taken again
    /// too.
    private static void returns(Session session) {
        SocketIo.recovered(session)
                .thenAccept(recovered -> {
                    if (recovered) {
                        Notifications.open(session);
                    }
                });
    }

    /// The node runs: where there are guests, begins to move the price for them.
    @Override
    public synchronized void started(Fanfare fanfare) {
        hub.complete(fanfare.hub());
        if (settings.guests() != null) {
            prices = Prices.wander(fanfare.hub(), environment);
        }
    }

    /// Leaves the price alone; the connections are the node's to close.
    @Override
    public synchronized void close() {
        if (prices != null) {
            prices.close();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.store.Envelope.Ids;
import dev.fanfare.apps.store.StoreSettings.Identity;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Close;
import dev.fanfare.core.Credentials;
import dev.fanfare.core.Identified;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Session;
import dev.fanfare.server.TypedHandler;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets a connection into a store, as a user: it hears of both from then on. Once more, with
/// another store, lets it into that one too; with another token, renews it.
final class AuthenticateHandler implements TypedHandler<AuthenticateHandler.Authenticate> {
    private static final Logger SECURITY = LoggerFactory.getLogger("fanfare.security");
    private static final Logger LOG = LoggerFactory.getLogger(AuthenticateHandler.class);
    private static final int MOST_STORES = 32;

    private final Identity identity;
    private final StoreDialect dialect;

    AuthenticateHandler(Identity identity, StoreDialect dialect) {
        this.identity = identity;
        this.dialect = dialect;
    }

    record Authenticate(Data data) {}

    record Data(@Nullable String userId, @Nullable String storeId, @Nullable String token) {}

    @Override
    public String messageType() {
        return "authenticate";
    }

    @Override
    public Class<Authenticate> type() {
        return Authenticate.class;
    }

    @Override
    public void validate(Authenticate message) throws InvalidMessage {
        StoreChannel.id("data.userId", message.data.userId);
        StoreChannel.id("data.storeId", message.data.storeId);
    }

    @Override
    public void handle(Session session, Authenticate message) throws InvalidMessage {
        String user = StoreChannel.id("data.userId", message.data.userId);
        String store = StoreChannel.id("data.storeId", message.data.storeId);
        switch (judge(user, store, message.data.token)) {
            case Authenticator.Outcome.Accepted(Principal who) ->
                    identify(session, Objects.requireNonNull(who), store);
            case Authenticator.Outcome.Rejected rejected -> {
                SECURITY.info(
                        "authenticate refused: {}, session={}", rejected.reason(), session.id());
                session.refuse(rejected.refusal());
            }
        }
    }

    private Authenticator.Outcome judge(String user, String store, @Nullable String token) {
        return switch (identity) {
            case Identity.Claimed _ -> Authenticator.accept(Principal.of(user));
            case Identity.Verified(Authenticator tokens, StoreSettings.Stores stores) ->
                    switch (tokens.authenticate(Credentials.NONE.token(token))) {
                        case Authenticator.Outcome.Accepted(Principal who)
                                when who == null || !who.user().equals(user) ->
                                rejected("data.userId", "the token is another user's");
                        case Authenticator.Outcome.Accepted(Principal who)
                                when !opens(who, store, stores) ->
                                rejected("data.storeId", "the token does not open the store");
                        case Authenticator.Outcome outcome -> outcome;
                    };
        };
    }

    /// Whether who has this token may hear of the store.
    static boolean opens(Principal who, String store, StoreSettings.Stores stores) {
        Object listed = who.claims().get("stores");
        return switch (listed) {
            case null -> stores == StoreSettings.Stores.ANY_UNLESS_LISTED;
            case List<?> many -> many.contains(store);
            default -> listed.equals(store);
        };
    }

    private static Authenticator.Outcome rejected(String field, String reason) {
        return new Authenticator.Outcome.Rejected(denied(field), Close.INVALID_TOKEN, reason);
    }

    private static Refusal denied(String field) {
        return Refusal.field(
                Refusal.Code.PERMISSION_DENIED,
                field,
                "The token does not permit this " + field + ".");
    }

    private void identify(Session session, Principal who, String store) {
        switch (session.identify(who).toCompletableFuture().join()) {
            case Identified.ADMITTED, Identified.RENEWED -> enter(session, who, store);
            case Identified.FULL -> {
                int most = session.endpoint().limits().connections();
                SECURITY.info("too many connections, user={}", who.user());
                session.refuse(
                        Refusal.limit(
                                Refusal.Code.LIMIT_EXCEEDED,
                                "connections",
                                -1,
                                "A user has at most "
                                        + most
                                        + " connections here. Close another first."));
            }
            case Identified.ANOTHER_USER ->
                    session.refuse(
                            Refusal.field(
                                    Refusal.Code.ALREADY_CONNECTED,
                                    "data.userId",
                                    "This connection is another user's. Open one for each."));
        }
    }

    private void enter(Session session, Principal who, String store) {
        List<String> channels = session.subscriptions().toCompletableFuture().join();
        String wanted = StoreChannel.of(store);
        if (channels.size() > MOST_STORES && !channels.contains(wanted)) {
            session.refuse(
                    Refusal.limit(
                            Refusal.Code.LIMIT_EXCEEDED,
                            "stores",
                            -1,
                            "A connection is in at most "
                                    + MOST_STORES
                                    + " stores. Open another for more."));
            return;
        }
        for (String channel : List.of(StoreChannel.ofUser(who.user()), wanted)) {
            if (!channels.contains(channel)) {
                session.subscribe(channel).toCompletableFuture().join();
            }
        }
        LOG.debug("authenticated: session={}, user={}, store={}", session.id(), who.user(), store);
        session.send(
                dialect.message(
                        StoreEvent.GENERAL_NOTIFICATION,
                        Map.of("message", "Authenticated", "authenticated", true),
                        new Ids(who.user(), store, session.id())));
    }
}

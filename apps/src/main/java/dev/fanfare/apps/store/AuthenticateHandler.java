// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.Since;
import dev.fanfare.apps.store.Envelope.Ids;
import dev.fanfare.apps.store.StoreSettings.Identity;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Close;
import dev.fanfare.core.Command;
import dev.fanfare.core.Credentials;
import dev.fanfare.core.Filter;
import dev.fanfare.core.Identified;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Rulebook;
import dev.fanfare.core.SecurityEvent;
import dev.fanfare.core.Session;
import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Position;
import dev.fanfare.server.TypedHandler;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets a connection into a store, as a user: it hears of both from then on, and first of what the
/// user has missed. Once more, with another store, lets it into that one too; with another token,
/// renews it.
final class AuthenticateHandler implements TypedHandler<AuthenticateHandler.Authenticate> {
    private static final Logger LOG = LoggerFactory.getLogger(AuthenticateHandler.class);
    private static final int MOST_STORES = 32;

    private final Identity identity;
    private final StoreDialect dialect;
    private final Since returning;
    private final UserEvents users;

    AuthenticateHandler(
            Identity identity, StoreDialect dialect, Since returning, UserEvents users) {
        this.identity = identity;
        this.dialect = dialect;
        this.returning = returning;
        this.users = users;
    }

    record Authenticate(Data data) {}

    /// @param token who the client is, where that is verified
    /// @param types of the store's events, those it wants; null for all
    /// @param since the timestamp of the last of them that it has; null for none
    record Data(
            @Nullable String userId,
            @Nullable String storeId,
            @Nullable String token,
            @Nullable List<String> types,
            @Nullable String since) {}

    /// Where a client wants to go.
    private record Visit(String store, Filter types, @Nullable Instant since) {}

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
        Audience.id("data.userId", message.data.userId);
        visit(message.data);
    }

    private static Visit visit(Data data) throws InvalidMessage {
        return new Visit(
                Audience.id("data.storeId", data.storeId),
                Wanted.of(data.types),
                instant(data.since));
    }

    private static @Nullable Instant instant(@Nullable String text) throws InvalidMessage {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new InvalidMessage(
                    "data.since", "'data.since' must be the timestamp of a message.");
        }
    }

    @Override
    public void handle(Session session, Authenticate message) throws InvalidMessage {
        String user = Audience.id("data.userId", message.data.userId);
        Visit visit = visit(message.data);
        switch (judge(user, visit.store, message.data.token)) {
            case Authenticator.Outcome.Accepted(Principal who) ->
                    identify(session, Objects.requireNonNull(who), visit);
            case Authenticator.Outcome.Rejected rejected -> {
                SecurityEvent.AUTHENTICATION_REFUSED
                        .in(session)
                        .with("reason", rejected.reason())
                        .log();
                session.refuse(rejected.refusal());
            }
        }
    }

    private Authenticator.Outcome judge(String user, String store, @Nullable String token) {
        return switch (identity) {
            case Identity.Claimed _ -> Authenticator.accept(account(Principal.of(user)));
            case Identity.Verified(Authenticator tokens, StoreSettings.Stores stores) ->
                    switch (tokens.authenticate(Credentials.NONE.token(token))) {
                        case Authenticator.Outcome.Accepted(Principal who)
                                when who == null || !who.user().equals(user) ->
                                rejected("data.userId", "the token is another user's");
                        case Authenticator.Outcome.Accepted(Principal who)
                                when !opens(who, store, stores) ->
                                rejected("data.storeId", "the token does not open the store");
                        case Authenticator.Outcome.Accepted(Principal who) ->
                                Authenticator.accept(account(Objects.requireNonNull(who)));
                        case Authenticator.Outcome.Rejected rejected -> rejected;
                    };
        };
    }

    private static Principal account(Principal who) {
        return new Principal(Audience.account(who.user()), who.expiresAt(), who.claims());
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

    private void identify(Session session, Principal who, Visit visit) {
        switch (session.identify(who).toCompletableFuture().join()) {
            case Identified.ADMITTED, Identified.RENEWED -> enter(session, visit);
            case Identified.FULL -> {
                SecurityEvent.TOO_MANY_CONNECTIONS.in(session).with("user", who.user()).log();
                session.refuse(
                        limit(
                                "connections",
                                "A user has at most "
                                        + session.endpoint().limits().connections()
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

    private static Refusal limit(String name, String message) {
        return Refusal.limit(Refusal.Code.LIMIT_EXCEEDED, name, -1, message);
    }

    /// First what the user has missed, then the store.
    private void enter(Session session, Visit visit) {
        List<String> channels = session.subscriptions().toCompletableFuture().join();
        List<String> stores =
                channels.stream().filter(name -> Audience.ids(name).store() != null).toList();
        String channel = Audience.of(visit.store);
        if (stores.size() >= MOST_STORES && !stores.contains(channel)) {
            session.refuse(
                    limit(
                            "stores",
                            "A connection is in at most "
                                    + MOST_STORES
                                    + " stores. Open another for more."));
            return;
        }
        try {
            if (stores.size() == channels.size()) {
                session.openInbox().toCompletableFuture().join();
                users.enter(session, visit.since);
            }
            if (!stores.contains(channel)) {
                subscribe(session, channel, visit);
            }
        } catch (CompletionException e) {
            LOG.warn("a store cannot be entered: session={}", session.id(), e);
            session.refuse(
                    Refusal.limit(
                            Refusal.Code.UNAVAILABLE,
                            "store",
                            1_000,
                            "The store cannot be entered now. Try again."));
            return;
        }
        String user = Audience.userOf(session.user());
        LOG.debug("authenticated: session={}, user={}, {}", session.id(), user, channel);
        session.send(
                dialect.notification(
                        Map.of("message", "Authenticated", "authenticated", true),
                        new Ids(user, visit.store, session.id())));
    }

    private void subscribe(Session session, String channel, Visit visit) {
        Instant since = visit.since;
        if (since == null) {
            session.subscribe(channel, visit.types).toCompletableFuture().join();
            return;
        }
        Rulebook.Match match = Objects.requireNonNull(session.endpoint().rules().match(channel));
        History history =
                session.channel(channel)
                        .history(HistoryQuery.latest(match.rules().retention().size()))
                        .toCompletableFuture()
                        .join();
        Position from =
                history instanceof History.Entries kept
                        ? returning.after(kept, since.toEpochMilli(), match.rules())
                        : Since.NOWHERE;
        session.perform(new Command.Subscribe(1, channel, from, visit.types));
    }
}

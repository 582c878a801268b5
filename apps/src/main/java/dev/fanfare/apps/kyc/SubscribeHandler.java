// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import dev.fanfare.apps.Json;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.MessageHandler;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Session;
import dev.fanfare.core.Snapshot;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `{"type":"subscribe","userId":"..."}`: from now on the client is sent that user's status, first
/// the current one. A second user is watched too; the same again is sent the current status again.
final class SubscribeHandler implements MessageHandler {
    static final String TYPE = "subscribe";

    /// What a channel's name may have, without the colon.
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_./@+=~#-]{1,200}");

    private static final Refusal AGAIN =
            Refusal.of(Refusal.Code.ALREADY_SUBSCRIBED, "The status is sent again.");

    private final KycSettings settings;
    private final Watchers watchers;
    private final Function<String, Snapshot> initial;

    /// @param initial the current status of a user
    SubscribeHandler(KycSettings settings, Watchers watchers, Function<String, Snapshot> initial) {
        this.settings = settings;
        this.watchers = watchers;
        this.initial = initial;
    }

    private record Subscribe(@Nullable Object userId) {}

    @Override
    public byte @Nullable [] handle(Session session, byte[] data) throws InvalidMessage {
        String user = user(Json.read(data, Subscribe.class).userId());
        if (!permitted(session, user)) {
            session.refuse(
                    Refusal.field(
                            Refusal.Code.PERMISSION_DENIED,
                            "userId",
                            "The userId is not the one that your token is for."));
            return null;
        }
        switch (watchers.enter(session, user)) {
            case NEW -> watch(session, user);
            case AGAIN -> again(session, user);
            case TOO_MANY_CONNECTIONS ->
                    session.refuse(
                            Refusal.limit(
                                    Refusal.Code.LIMIT_EXCEEDED,
                                    "connections",
                                    -1,
                                    "A user has at most "
                                            + settings.connectionsPerUser()
                                            + " connections here. Close another first."));
            case TOO_MANY_USERS ->
                    session.refuse(
                            Refusal.limit(
                                    Refusal.Code.LIMIT_EXCEEDED,
                                    "users",
                                    -1,
                                    "A connection watches at most "
                                            + settings.usersPerConnection()
                                            + " users. Open another for more."));
        }
        return null;
    }

    private static String user(@Nullable Object userId) throws InvalidMessage {
        if (userId == null) {
            throw new InvalidMessage("userId", "The userId is missing.");
        }
        if (!(userId instanceof String text)) {
            throw new InvalidMessage("userId", "The userId must be a text.");
        }
        if (!USER.matcher(text).matches() || text.contains("..")) {
            throw new InvalidMessage(
                    "userId",
                    "The userId has 1 to 200 letters, digits and _-./@+=~#, and no two dots in a"
                            + " row.");
        }
        return text;
    }

    private boolean permitted(Session session, String user) {
        return switch (settings.identity()) {
            case KycSettings.Identity.Claimed _ -> true;
            case KycSettings.Identity.Verified _ -> {
                Principal principal = session.principal();
                yield principal != null && principal.user().equals(user);
            }
        };
    }

    /// Begins anew, so that the current status and the changes are joined like the first time.
    void again(Session session, String user) {
        session.unsubscribe(KycStatus.channel(user), AGAIN);
        watch(session, user);
    }

    private void watch(Session session, String user) {
        session.subscribe(KycStatus.channel(user), initial.apply(user))
                .whenComplete((_, failure) -> {
                    if (failure != null && session.connected()) {
                        session.refuse(
                                Refusal.of(
                                        Refusal.Code.UNAVAILABLE,
                                        "This cannot be done now. Try again."));
                    }
                });
    }
}

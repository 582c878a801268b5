// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import dev.fanfare.apps.Json;
import dev.fanfare.apps.Secrets;
import dev.fanfare.apps.Throttle;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Credentials;
import dev.fanfare.core.Hub;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Principal;
import dev.fanfare.engine.Content;
import dev.fanfare.server.Tokens;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// For demonstrations: whoever opens the page is given a user, a token and a wallet of their own,
/// and may have things happen to it.
///
/// Thread-safe.
final class Guests {
    /// The claim that a guest is known by.
    static final String GUEST = "guest";

    private static final int MOST = 1_000;
    private static final Duration STAY = Duration.ofHours(12);
    private static final long FIRST_BALANCE = 120_000;

    private final Tokens issuer;
    private final Authenticator verifier;
    private final Supplier<Hub> hub;

    /// Hundredths of a coin, and of a reward, by user; of those seen last.
    private final Map<String, Holdings> holdings =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Holdings> eldest) {
                    return size() > MOST;
                }
            };

    private record Holdings(long balance, long rewards, int collected) {}

    private record Wallet(
            String user,
            String token,
            String address,
            String position,
            double balance,
            double rewards) {}

    private record Wanted(@Nullable String kind) {}

    Guests(Tokens issuer, Authenticator verifier, Supplier<Hub> hub) {
        this.issuer = issuer;
        this.verifier = verifier;
        this.hub = hub;
    }

    Router router(Throttle throttle) {
        return Router.of(
                Route.post("/api/demo/guest", throttle.guard(this::enter)).bodyLimit(1 << 10),
                Route.post("/api/demo/events", throttle.guard(this::happen)).bodyLimit(1 << 10));
    }

    /// Whoever shows a guest's token stays who they are.
    private Response enter(Request request) {
        Principal known = guest(request);
        String user = known == null ? "guest-" + Secrets.random(64) : known.user();
        String token = known == null ? issue(user) : request.bearer().orElseThrow();
        Holdings has = holdings(user, Holdings::new);
        Wallet wallet =
                new Wallet(
                        user,
                        token,
                        address(user),
                        position(user),
                        has.balance / 100.0,
                        has.rewards / 100.0);
        return Response.json(200, Json.write(wallet)).header("Cache-Control", "no-store");
    }

    private String issue(String user) {
        return issuer.issue(
                user,
                STAY,
                Map.of(
                        GUEST,
                        true,
                        "wallets",
                        List.of(address(user)),
                        "staking",
                        List.of(position(user))));
    }

    private @Nullable Principal guest(Request request) {
        String token = request.bearer().orElse(null);
        return token != null
                        && verifier.authenticate(Credentials.NONE.token(token))
                                instanceof Authenticator.Outcome.Accepted(Principal who)
                        && who != null
                        && Boolean.TRUE.equals(who.claims().get(GUEST))
                ? who
                : null;
    }

    private Response happen(Request request) {
        Principal who = guest(request);
        if (who == null) {
            return Response.error(401, "unauthorized", "The token is not a guest's.")
                    .header("WWW-Authenticate", "Bearer");
        }
        String kind;
        try {
            Wanted wanted = Json.read(request.body(), Wanted.class);
            kind = wanted.kind() == null ? "" : wanted.kind();
        } catch (InvalidMessage e) {
            return Response.error(400, "bad_request", String.valueOf(e.getMessage()));
        }
        return happened(who.user(), kind)
                ? Response.empty(204)
                : Response.error(
                        400, "bad_request", "The kind is transfer, nft, reward or notification.");
    }

    private boolean happened(String user, String kind) {
        switch (kind) {
            case "transfer" -> {
                Holdings now = holdings(user, (b, r, n) -> new Holdings(b + 2_550, r, n));
                publish(
                        "balance:" + address(user),
                        Map.of("balance", now.balance / 100.0, "change", 25.5));
            }
            case "nft" -> {
                Holdings now = holdings(user, (b, r, n) -> new Holdings(b, r, n + 1));
                publish(
                        "nft:" + address(user),
                        Map.of("tokenId", now.collected, "event", "received"));
            }
            case "reward" -> {
                Holdings now = holdings(user, (b, r, n) -> new Holdings(b, r + 15, n));
                publish("staking:" + position(user), Map.of("rewards", now.rewards / 100.0));
            }
            case "notification" ->
                    hub.get()
                            .user(user)
                            .send(
                                    Content.of(
                                            "notification",
                                            Json.write(Map.of("text", "Hello from the server"))));
            default -> {
                return false;
            }
        }
        return true;
    }

    private void publish(String channel, Map<String, Object> data) {
        hub.get().channel(channel).publish(data);
    }

    @FunctionalInterface
    private interface Change {
        Holdings of(long balance, long rewards, int collected);
    }

    private Holdings holdings(String user, Change change) {
        synchronized (holdings) {
            Holdings has = holdings.getOrDefault(user, new Holdings(FIRST_BALANCE, 0, 0));
            Holdings now = change.of(has.balance, has.rewards, has.collected);
            holdings.put(user, now);
            return now;
        }
    }

    private static String address(String user) {
        return "0x" + Secrets.hash(user).substring(0, 40);
    }

    private static String position(String user) {
        return Secrets.hash(user).substring(40, 46);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.chat;

import dev.fanfare.apps.Json;
import dev.fanfare.apps.Secrets;
import dev.fanfare.apps.Throttle;
import dev.fanfare.core.Close;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.SecurityEvent;
import dev.fanfare.core.Session;
import dev.fanfare.server.Gate;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Signing in and out by HTTP, and the gate that the cookie opens.
final class SignInRoutes {
    private static final String COOKIE = "session";
    private static final int BODY_LIMIT = 4_096;
    private static final int MOST_EMAIL = 254;

    private final SignIns signIns;
    private final ChatSettings settings;
    private final Supplier<List<Session>> connected;

    SignInRoutes(SignIns signIns, ChatSettings settings, Supplier<List<Session>> connected) {
        this.signIns = signIns;
        this.settings = settings;
        this.connected = connected;
    }

    private record Named(@Nullable String email) {}

    Router router(Throttle throttle) {
        List<Route> routes = new ArrayList<>();
        routes.add(Route.get("/api/auth/session", this::session));
        routes.add(Route.post("/api/auth/sign-out", this::signOut).bodyLimit(BODY_LIMIT));
        if (settings.signIn() == ChatSettings.SignIn.ANYBODY) {
            routes.add(
                    Route.post("/api/auth/sign-in", throttle.guard(this::signIn))
                            .bodyLimit(BODY_LIMIT));
        }
        return Router.of(routes);
    }

    /// Lets in who has a session's cookie; anybody else is answered with 401.
    Gate.Decision gate(Request request) throws SQLException {
        Optional<SignedIn> signedIn = signedIn(request);
        if (signedIn.isEmpty()) {
            SecurityEvent.AUTHENTICATION_REFUSED
                    .with("endpoint", "chat")
                    .with("reason", "upgrade without a session")
                    .with("remote", request.remote())
                    .log();
            return new Gate.Refuse(
                    Response.error(401, "unauthenticated", "Sign in before you connect."));
        }
        return new Gate.Admit(signedIn.get().principal());
    }

    private Optional<SignedIn> signedIn(Request request) throws SQLException {
        Optional<String> cookie = request.cookie(COOKIE).filter(value -> value.length() < 128);
        return cookie.isEmpty() ? Optional.empty() : signIns.find(cookie.get());
    }

    private Response session(Request request) throws SQLException {
        Map<String, Object> answer = new HashMap<>();
        answer.put("user", signedIn(request).map(SignedIn::user).orElse(null));
        return Response.json(200, Json.write(answer)).header("Cache-Control", "no-store");
    }

    private Response signIn(Request request) throws SQLException {
        if (crossSite(request)) {
            return Response.error(403, "cross_site", "Sign in from this server's own page.");
        }
        String email;
        try {
            email = email(Json.read(request.body(), Named.class));
        } catch (InvalidMessage e) {
            return Response.error(400, "bad_request", String.valueOf(e.getMessage()));
        }
        SignIns.Created created = signIns.create(email);
        SecurityEvent.SIGNED_IN
                .with("endpoint", "chat")
                .with("user", created.signedIn().user().id())
                .with("remote", request.remote())
                .log();
        return Response.json(200, Json.write(Map.of("user", created.signedIn().user())))
                .header("Cache-Control", "no-store")
                .header(
                        "Set-Cookie",
                        cookie(request, created.token(), settings.sessionLifetime().toSeconds()));
    }

    /// An e-mail, in lower case: `Ada@` and `ada@` are one user.
    private static String email(Named named) throws InvalidMessage {
        String email = named.email() == null ? "" : named.email().strip().toLowerCase(Locale.ROOT);
        int sign = email.lastIndexOf('@');
        boolean clean =
                email.codePoints()
                        .noneMatch(c ->
                                c <= ' '
                                        || Character.isISOControl(c)
                                        || Character.isWhitespace(c)
                                        || Character.getType(c) == Character.FORMAT
                                        || Character.getType(c) == Character.SURROGATE);
        if (sign < 1 || sign == email.length() - 1 || email.length() > MOST_EMAIL || !clean) {
            throw new InvalidMessage("email", "The email must be one, like ada@example.org.");
        }
        return email;
    }

    private Response signOut(Request request) throws SQLException {
        if (crossSite(request)) {
            return Response.error(403, "cross_site", "Sign out from this server's own page.");
        }
        Optional<String> cookie = request.cookie(COOKIE);
        if (cookie.isPresent()) {
            String hash = Secrets.hash(cookie.get());
            signIns.revoke(hash);
            for (Session session : connected.get()) {
                if (SignedIn.tokenHash(session).equals(hash)) {
                    SecurityEvent.SIGNED_OUT.in(session).log();
                    session.disconnect(Close.REVOKED);
                }
            }
        }
        return Response.empty(204).header("Set-Cookie", cookie(request, "", 0));
    }

    /// Whether a browser says that a page of another site asks: SameSite keeps the cookie from it,
    /// and this keeps it from signing somebody in as another.
    private static boolean crossSite(Request request) {
        return request.header("sec-fetch-site").filter("cross-site"::equals).isPresent();
    }

    private static String cookie(Request request, String value, long seconds) {
        String secure =
                request.header("x-forwarded-proto").filter("https"::equals).isPresent()
                        ? "; Secure"
                        : "";
        return COOKIE
                + "="
                + value
                + "; Path=/; Max-Age="
                + seconds
                + "; HttpOnly; SameSite=Lax"
                + secure;
    }
}

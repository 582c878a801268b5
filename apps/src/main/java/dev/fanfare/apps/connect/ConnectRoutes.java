// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.connect;

import dev.fanfare.apps.Json;
import dev.fanfare.apps.Secrets;
import dev.fanfare.apps.Throttle;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.SecurityEvent;
import dev.fanfare.engine.Clock;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The app's HTTP side: begin a session, poll it, the platform's webhook, the statistics.
final class ConnectRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectRoutes.class);
    private static final int BODY_LIMIT = 64 << 10;

    private final ConnectSettings settings;
    private final ConnectSessions sessions;
    private final StatusChanges changes;
    private final Supplier<WebSocketStats> stats;
    private final Clock clock;
    private final WebhookSignature signature;
    private final Supplier<Invitation.Base> invitations;

    ConnectRoutes(ConnectSettings settings, Stores stores, Running running, Clock clock) {
        this.settings = settings;
        this.sessions = stores.sessions();
        this.changes = stores.changes();
        this.stats = running.stats();
        this.clock = clock;
        this.signature = new WebhookSignature(settings.webhookSecret());
        this.invitations = running.invitations();
    }

    /// What is read, and what is changed.
    record Stores(ConnectSessions sessions, StatusChanges changes) {}

    /// What is known once the server runs.
    ///
    /// @param stats who is connected
    /// @param invitations where wallets are sent
    record Running(Supplier<WebSocketStats> stats, Supplier<Invitation.Base> invitations) {}

    Router router(Throttle throttle) {
        List<Route> routes = new ArrayList<>();
        String session = "/api/connections/session";
        routes.add(Route.post(session, throttle.guard(this::create)).bodyLimit(BODY_LIMIT));
        routes.add(Route.get(session + "/{id}", this::poll));
        routes.add(Route.get(session + "/{id}/qr.svg", this::code));
        routes.add(Route.post("/api/webhooks/confirmd", this::webhook).bodyLimit(BODY_LIMIT));
        routes.add(Route.get("/api/admin/websocket-stats", this::statistics));
        if (settings.scan() == ConnectSettings.Scan.SIMULATED) {
            routes.add(Route.post("/api/demo/scan", this::scan).bodyLimit(BODY_LIMIT));
        }
        return Router.of(routes);
    }

    private Response create(Request request) throws SQLException {
        ConnectSessions.Created created =
                sessions.create(invitations.get(), settings.sessionLifetime());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("sessionId", created.sessionId());
        answer.put("invitationUrl", created.invitationUrl());
        answer.put("token", created.token());
        answer.put("expiresAt", created.expiresAt().toString());
        if (settings.scan() == ConnectSettings.Scan.SIMULATED) {
            answer.put("demo", true);
        }
        return Response.json(200, Json.write(answer)).header("Cache-Control", "no-store");
    }

    private Response poll(Request request) throws SQLException {
        String id = request.parameter("id");
        Optional<ConnectionStatus> status =
                permitted(request) ? sessions.status(id) : Optional.empty();
        return status.map(found -> Response.json(200, found.json()))
                .orElseGet(ConnectRoutes::invalidToken)
                .header("Cache-Control", "no-store");
    }

    private Response code(Request request) throws Exception {
        Optional<String> invitation =
                permitted(request)
                        ? sessions.invitation(request.parameter("id"))
                        : Optional.empty();
        if (invitation.isEmpty()) {
            return invalidToken();
        }
        byte[] svg = Invitation.svg(invitation.get()).getBytes(StandardCharsets.US_ASCII);
        return Response.of(200, "image/svg+xml", svg).header("Cache-Control", "no-store");
    }

    private boolean permitted(Request request) throws SQLException {
        String token = request.bearer().or(() -> request.query("token")).orElse("");
        return sessions.verify(request.parameter("id"), token);
    }

    private static Response invalidToken() {
        return Response.error(401, "invalid_token", "The token is not this session's.")
                .header("WWW-Authenticate", "Bearer");
    }

    /// Who it is from comes before what it says.
    private Response webhook(Request request) throws Exception {
        String header = request.header(WebhookSignature.HEADER).orElse("");
        if (!signature.verifies(header, request.body(), clock.millis())) {
            SecurityEvent.BAD_SIGNATURE
                    .with("endpoint", "connect")
                    .with("remote", request.remote())
                    .log();
            return Response.error(
                    401, "invalid_signature", "The signature is missing, wrong or too old.");
        }
        Delivery delivery;
        try {
            delivery = Delivery.read(request.body());
        } catch (InvalidMessage e) {
            return Response.error(400, "bad_request", String.valueOf(e.getMessage()));
        }
        StatusChanges.Outcome outcome = changes.delivered(delivery);
        LOG.info(
                "webhook for session {}: {}, {}", delivery.sessionId(), delivery.status(), outcome);
        return outcome == StatusChanges.Outcome.UNKNOWN_SESSION
                ? Response.error(404, "unknown_session", "There is no such session.")
                : Response.json(
                        200,
                        Json.write(
                                Map.of(
                                        "received",
                                        true,
                                        "applied",
                                        outcome == StatusChanges.Outcome.APPLIED)));
    }

    private record Scanned(@Nullable String sessionId, @Nullable String status) {}

    /// Plays the wallet and the platform: makes the webhook that they would send, signs it, and
    /// hands it in.
    private Response scan(Request request) throws Exception {
        Delivery delivery;
        try {
            Scanned scanned = Json.read(request.body(), Scanned.class);
            delivery = Delivery.of(Secrets.random(128), scanned.sessionId(), scanned.status());
        } catch (InvalidMessage e) {
            return Response.error(400, "bad_request", String.valueOf(e.getMessage()));
        }
        byte[] body = Json.write(delivery);
        String signed = signature.sign(body, clock.millis());
        return webhook(
                new Request(
                        "POST",
                        new Request.Target("/api/webhooks/confirmd", Map.of(), Map.of()),
                        Map.of("x-webhook-signature", signed),
                        body,
                        request.remote()));
    }

    private Response statistics(Request request) {
        String key = request.bearer().orElse("");
        if (!Secrets.same(Secrets.hash(key), Secrets.hash(settings.adminKey()))) {
            SecurityEvent.API_KEY_REFUSED
                    .with("endpoint", "connect")
                    .with("path", request.path())
                    .with("remote", request.remote())
                    .log();
            return Response.error(401, "unauthorized", "The API key is missing or wrong.")
                    .header("WWW-Authenticate", "Bearer");
        }
        return Response.json(200, Json.write(stats.get())).header("Cache-Control", "no-store");
    }
}

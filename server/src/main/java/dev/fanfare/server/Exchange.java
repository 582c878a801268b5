// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.InvalidMessage;
import dev.fanfare.server.http.Pages;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers one plain HTTP request: the route is known before the body is, the handler runs after.
final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final Request head;
    private final String own;
    private final Router.Match match;
    private final List<Pages> pages;

    private Exchange(Request head, String own, Router.Match match, List<Pages> pages) {
        this.head = head;
        this.own = own;
        this.match = match;
        this.pages = pages;
    }

    /// @param own our own origin as the request sees it
    static Exchange of(ListenerSpec listener, Request head, String own) {
        Router.Match match = listener.router().find(head.method(), head.target().segments());
        return new Exchange(head, own, match, listener.pages());
    }

    int bodyLimit() {
        return match instanceof Router.Found found ? found.route().bodyLimit() : 0;
    }

    /// What can be said without the body, and without blocking; null when the handler must say.
    @Nullable Response early() {
        String origin = head.headers().get("origin");
        return switch (match) {
            case Router.Found found
                    when origin != null
                            && changes()
                            && !found.route().origins().allows(origin, own) ->
                    Upgrade.foreign(head.path(), head);
            case Router.Found _ -> null;
            case Router.OtherMethods others when head.method().equals("OPTIONS") ->
                    options(others, origin);
            case Router.OtherMethods others ->
                    Response.error(405, "method_not_allowed", "This path has other methods.")
                            .header("Allow", others.allow());
            case Router.Nowhere _ when reads() && !pages.isEmpty() -> null;
            case Router.Nowhere _ -> notFound();
        };
    }

    /// Blocks: on a virtual thread.
    Response answer(byte[] body) {
        try {
            return switch (match) {
                case Router.Found(Route route, Map<String, String> parameters) ->
                        new Cors(route.origins(), own)
                                .open(head, handled(route, head.at(parameters, body)));
                case Router.OtherMethods _, Router.Nowhere _ -> page();
            };
        } catch (Exception | Error e) {
            LOG.error("the handler of {} {} failed", head.method(), template(), e);
            return internal();
        }
    }

    private static Response handled(Route route, Request request) throws Exception {
        try {
            return route.handler().handle(request);
        } catch (InvalidMessage invalid) {
            return ApiProblem.of(invalid.refusal()).response();
        }
    }

    static Response internal() {
        return Response.error(
                500, "internal", "The server failed. It is not your request's fault.");
    }

    private static Response notFound() {
        return Response.error(404, "not_found", "There is nothing here.");
    }

    private String template() {
        return match instanceof Router.Found found ? found.route().template() : "a page";
    }

    private Response page() {
        for (Pages each : pages) {
            Response file = each.find(head);
            if (file != null) {
                return file;
            }
        }
        return notFound();
    }

    private boolean reads() {
        return head.method().equals("GET") || head.method().equals("HEAD");
    }

    private boolean changes() {
        return !reads() && !head.method().equals("OPTIONS");
    }

    private Response options(Router.OtherMethods others, @Nullable String origin) {
        Response response = Response.empty(204).header("Allow", others.allow());
        if (origin == null || !head.headers().containsKey("access-control-request-method")) {
            return response;
        }
        Cors cors = new Cors(others.routes().getFirst().origins(), own);
        return cors.open(
                head,
                cors.preflight(
                        response, others.allow(), "Authorization, Content-Type, Idempotency-Key"));
    }
}

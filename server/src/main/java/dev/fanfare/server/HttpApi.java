// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Close;
import dev.fanfare.core.Hub;
import dev.fanfare.core.Page;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Rulebook;
import dev.fanfare.core.SecurityEvent;
import dev.fanfare.core.Sent;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.EngineUnavailable;
import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import dev.fanfare.engine.Published;
import dev.fanfare.server.http.Handler;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.util.RawValue;

/// The HTTP API `/api/v1`, for backends. Whoever has a key speaks as the server's own code does: no
/// channel's rules restrain it, but that an encrypted channel takes nothing that is not encrypted.
final class HttpApi {
    private static final long ENGINE_SECONDS = 2;
    private static final int MAX_LISTED = 1_000;

    /// Bytes of one answer, about.
    private static final int PAGE = 1 << 20;

    private static final int DEFAULT_LISTED = 100;

    private final Hub hub;
    private final ApiKeys keys;

    HttpApi(Hub hub, ApiKeys keys) {
        this.hub = hub;
        this.keys = keys;
    }

    Router routes() {
        return Router.of(
                Route.post("/api/v1/publish", guarded(this::publish)),
                Route.post("/api/v1/broadcast", guarded(this::broadcast)),
                Route.get("/api/v1/channels", guarded(_ -> channels())),
                Route.get("/api/v1/channels/{name}/presence", guarded(this::presence)),
                Route.get("/api/v1/channels/{name}/history", guarded(this::history)),
                Route.post("/api/v1/channels/{name}/reset", guarded(this::reset)),
                Route.get("/api/v1/users/{id}/sessions", guarded(this::sessions)),
                Route.post("/api/v1/users/{id}/send", guarded(this::send)),
                Route.post("/api/v1/users/{id}/disconnect", guarded(this::disconnect)));
    }

    /// The key first, before anything of the request is read.
    private Handler guarded(Handler handler) {
        return request -> {
            try {
                if (!keys.has(request.bearer().orElse(""))) {
                    SecurityEvent.API_KEY_REFUSED
                            .with("remote", request.remote())
                            .with("path", request.path())
                            .log();
                    throw ApiProblem.unauthorized();
                }
                return handler.handle(request).header("Cache-Control", "no-store");
            } catch (ApiProblem problem) {
                return problem.response();
            }
        };
    }

    private Response publish(Request request) {
        ApiBody body = ApiBody.of(request);
        String channel = body.channel();
        Content content = content(body.name("event"), body.data());
        Refusal refusal = hub.channel(channel).refusal(content.data());
        if (refusal != null) {
            throw ApiProblem.field("data", refusal.message());
        }
        Published published = await(hub.channel(channel).publish(content, body.name("key")));
        return switch (published.novelty()) {
            case NEW, REPEATED -> Response.json(200, published.position());
            case CONFLICT -> throw ApiProblem.conflict();
        };
    }

    private static Content content(@org.jspecify.annotations.Nullable String event, byte[] data) {
        return event == null ? Content.of(data) : Content.of(event, data);
    }

    private Response send(Request request) {
        ApiBody body = ApiBody.of(request);
        Content content = Content.of(body.requiredName("type"), body.data());
        Sent sent = await(hub.user(request.parameter("id")).send(content));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("sessions", sent instanceof Sent.Handed(int sessions) ? sessions : 0);
        answer.put("waits", sent instanceof Sent.Waits);
        return Response.json(200, answer);
    }

    private Response broadcast(Request request) {
        ApiBody body = ApiBody.of(request);
        return handedTo(
                hub.broadcast(Content.of(body.requiredName("type"), body.data()), _ -> true));
    }

    private Response disconnect(Request request) {
        String user = request.parameter("id");
        int closed = hub.user(user).disconnect(Close.REVOKED);
        SecurityEvent.REVOKED
                .with("user", user)
                .with("sessions", closed)
                .with("by", "api")
                .with("remote", request.remote())
                .log();
        return handedTo(closed);
    }

    private static Response handedTo(int sessions) {
        return Response.json(200, Map.of("sessions", sessions));
    }

    private Response channels() {
        List<Listed> listed =
                hub.channels().entrySet().stream()
                        .map(entry -> new Listed(entry.getKey(), entry.getValue()))
                        .toList();
        return Response.json(200, Map.of("channels", listed));
    }

    private record Listed(String name, int subscribers) {}

    private Response presence(Request request) {
        String after = request.query("after").orElse(null);
        List<Member> members = await(hub.channel(channel(request)).members(after, MAX_LISTED));
        Page<Member> page = Page.ofMembers(members, PAGE);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("members", page.elements().stream().map(HttpApi::member).toList());
        if (!page.complete() || members.size() == MAX_LISTED) {
            answer.put("after", page.elements().getLast().user());
        }
        return Response.json(200, answer);
    }

    private static Map<String, Object> member(Member member) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("user", member.user());
        if (member.info().length > 0) {
            shown.put("info", raw(member.info()));
        }
        return shown;
    }

    private Response reset(Request request) {
        return Response.json(200, await(hub.channel(channel(request)).reset()));
    }

    private Response history(Request request) {
        History history = await(hub.channel(channel(request)).history(query(request)));
        Map<String, Object> answer = new LinkedHashMap<>();
        switch (history) {
            case History.Entries(List<Publication> publications, Position top) -> {
                Page<Publication> page = Page.ofPublications(publications, PAGE);
                answer.put("recovered", true);
                answer.put("publications", page.elements().stream().map(HttpApi::entry).toList());
                if (!page.complete()) {
                    answer.put("next", page.elements().getLast().position(top.epoch()));
                }
            }
            case History.Broken _ -> {
                answer.put("recovered", false);
                answer.put("publications", List.of());
            }
        }
        answer.put("top", history.top());
        return Response.json(200, answer);
    }

    private static HistoryQuery query(Request request) {
        int limit = limit(request);
        Optional<String> since = request.query("since");
        Optional<String> before = request.query("before");
        if (since.isPresent() && before.isPresent()) {
            throw ApiProblem.field("before", "Ask with 'since' or with 'before'.");
        }
        for (String part : List.of("epoch", "tag")) {
            if (request.query(part).isPresent() && since.isEmpty() && before.isEmpty()) {
                throw ApiProblem.field(
                        part, "'" + part + "' belongs to 'since' or 'before', which is missing.");
            }
        }
        return since.map(offset -> HistoryQuery.since(position(request, "since", offset), limit))
                .or(() ->
                        before.map(offset ->
                                HistoryQuery.before(position(request, "before", offset), limit)))
                .orElse(HistoryQuery.latest(limit));
    }

    private static Map<String, Object> entry(Publication publication) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("offset", publication.offset());
        shown.put("tag", publication.tag());
        shown.put("time", publication.time());
        Content content = publication.content();
        if (content.event() != null) {
            shown.put("event", content.event());
        }
        if (content.publisher() != null) {
            shown.put("publisher", content.publisher());
        }
        shown.put("data", raw(content.data()));
        return shown;
    }

    private Response sessions(Request request) {
        List<Map<String, Object>> open =
                hub.user(request.parameter("id")).sessions().stream()
                        .map(HttpApi::session)
                        .toList();
        return Response.json(200, Map.of("sessions", open));
    }

    private static Map<String, Object> session(Session session) {
        return Map.of("id", session.id(), "endpoint", session.endpoint().name());
    }

    private static String channel(Request request) {
        String name = request.parameter("name");
        String problem = Rulebook.problem(name);
        if (problem != null) {
            throw ApiProblem.field("name", problem);
        }
        return name;
    }

    private static int limit(Request request) {
        long limit = number("limit", request.query("limit").orElse("" + DEFAULT_LISTED));
        if (limit < 0 || limit > MAX_LISTED) {
            throw ApiProblem.limit("limit", "history", "'limit' is 0 to " + MAX_LISTED + ".");
        }
        return (int) limit;
    }

    private static Position position(Request request, String name, String offset) {
        return new Position(
                request.query("epoch").orElse(""),
                number(name, offset),
                request.query("tag").orElse(""));
    }

    private static long number(String field, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw ApiProblem.field(field, "'" + field + "' must be a whole number.");
        }
    }

    private static RawValue raw(byte[] json) {
        return new RawValue(new String(json, StandardCharsets.UTF_8));
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(ENGINE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw ApiProblem.unavailable();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ApiProblem.unavailable();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof EngineUnavailable) {
                throw ApiProblem.unavailable();
            }
            throw new IllegalStateException("the engine failed", e.getCause());
        }
    }
}

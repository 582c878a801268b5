// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.Json;
import dev.fanfare.apps.Secrets;
import dev.fanfare.apps.Throttle;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.SecurityEvent;
import dev.fanfare.server.http.Handler;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The app's HTTP side: what changes the store's data.
final class StoreRoutes {
    private static final int BODY_LIMIT = 16 << 10;
    private static final String USERS = "/api/v1/users/{userId}";
    private static final String STORES = "/api/v1/stores/{storeId}";
    private static final Set<String> NEW_ORDER = Set.of("items");
    private static final Set<String> ORDER = Set.of("items", "status");

    private final StoreSettings settings;
    private final StoreChanges changes;
    private final StoreDeeds deeds;
    private final Throttle throttle;

    StoreRoutes(StoreSettings settings, StoreChanges changes, StoreDeeds deeds, Throttle throttle) {
        this.settings = settings;
        this.changes = changes;
        this.deeds = deeds;
        this.throttle = throttle;
    }

    Router router() {
        return Router.of(
                        patch(USERS + "/profile", this::profile),
                        patch(STORES, this::store),
                        post(STORES + "/orders", this::newOrder),
                        patch(STORES + "/orders/{orderNumber}", this::order),
                        post(STORES + "/customers", this::newCustomer),
                        patch(STORES + "/customers/{customerId}", this::customer),
                        patch(STORES + "/products/{id}", this::product),
                        patch(STORES + "/categories/{id}", this::category))
                .origins(settings.origins());
    }

    /// A change: what it did, or empty when there is nothing to change.
    private interface Change {
        Optional<ObjectNode> apply(Request request) throws Exception;
    }

    private Route patch(String template, Change change) {
        return Route.patch(template, guarded(change, 200)).bodyLimit(BODY_LIMIT);
    }

    private Route post(String template, Change change) {
        return Route.post(template, guarded(change, 201)).bodyLimit(BODY_LIMIT);
    }

    private Handler guarded(Change change, int status) {
        return throttle.guard(request -> {
            if (!permitted(request)) {
                SecurityEvent.API_KEY_REFUSED
                        .with("endpoint", "store")
                        .with("path", request.path())
                        .with("remote", request.remote())
                        .log();
                return failure(401, "unauthorized", "A change needs the API key.")
                        .header("WWW-Authenticate", "Bearer");
            }
            try {
                return change.apply(request)
                        .map(data -> success(status, data, "Done"))
                        .orElseGet(() -> failure(404, "not_found", "There is nothing to change."));
            } catch (InvalidMessage e) {
                return failure(400, "bad_request", String.valueOf(e.getMessage()));
            }
        });
    }

    private boolean permitted(Request request) {
        return permitted(request, settings.apiKey());
    }

    /// @param key that is asked for; null for none
    static boolean permitted(Request request, @Nullable String key) {
        return key == null
                || Secrets.same(Secrets.hash(request.bearer().orElse("")), Secrets.hash(key));
    }

    /// `{success, data, message}`.
    static Response success(int status, Object data, String message) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("success", status < 400);
        answer.put("data", data);
        answer.put("message", message);
        return Response.json(status, Json.write(answer)).header("Cache-Control", "no-store");
    }

    static Response failure(int status, String code, String message) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("success", false);
        answer.put("message", message);
        answer.put("error", Map.of("code", code, "message", message));
        return Response.json(status, Json.write(answer));
    }

    private static String id(Request request, String name) throws InvalidMessage {
        return Audience.id(name, request.parameter(name));
    }

    private static String storeId(Request request) throws InvalidMessage {
        return id(request, "storeId");
    }

    private Optional<ObjectNode> profile(Request request) throws Exception {
        String user = id(request, "userId");
        return changes.apply(
                Audience.ofUser(user), deeds.profile(user, Fields.any(request.body())));
    }

    private Optional<ObjectNode> inStore(String store, StoreChanges.Deed deed) throws Exception {
        return changes.apply(Audience.of(store), deed);
    }

    private Optional<ObjectNode> store(Request request) throws Exception {
        String store = storeId(request);
        return inStore(store, deeds.store(store, Fields.any(request.body())));
    }

    private Optional<ObjectNode> newOrder(Request request) throws Exception {
        String store = storeId(request);
        ObjectNode fields = Fields.order(request.body(), NEW_ORDER);
        return inStore(store, deeds.newOrder(store, fields));
    }

    private Optional<ObjectNode> order(Request request) throws Exception {
        String store = storeId(request);
        ObjectNode fields = Fields.order(request.body(), ORDER);
        return inStore(store, deeds.order(store, id(request, "orderNumber"), fields));
    }

    private Optional<ObjectNode> newCustomer(Request request) throws Exception {
        String store = storeId(request);
        ObjectNode fields = Fields.customer(request.body(), Fields.Naming.NEEDED);
        return inStore(store, deeds.newCustomer(store, fields));
    }

    private Optional<ObjectNode> customer(Request request) throws Exception {
        String store = storeId(request);
        ObjectNode fields = Fields.customer(request.body(), Fields.Naming.OPTIONAL);
        return inStore(store, deeds.customer(store, id(request, "customerId"), fields));
    }

    private Optional<ObjectNode> product(Request request) throws Exception {
        String store = storeId(request);
        return inStore(store, deeds.product(store, id(request, "id"), Fields.any(request.body())));
    }

    private Optional<ObjectNode> category(Request request) throws Exception {
        String store = storeId(request);
        return inStore(store, deeds.category(store, id(request, "id"), Fields.any(request.body())));
    }
}

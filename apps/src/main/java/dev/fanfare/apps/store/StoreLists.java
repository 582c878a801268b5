// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.Throttle;
import dev.fanfare.apps.store.StoreRecords.Kind;
import dev.fanfare.apps.store.StoreRecords.Listed;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Credentials;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Principal;
import dev.fanfare.server.http.Handler;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.sql.Connection;
import java.util.List;
import javax.sql.DataSource;
import tools.jackson.databind.node.ObjectNode;

/// What a store has, for who has just come: its orders and its customers, changed last first. Who
/// may enter the store may read them.
final class StoreLists {
    private static final String STORE = "/api/v1/stores/{storeId}";
    private static final int MOST = 200;

    private final StoreSettings settings;
    private final DataSource database;
    private final StoreRecords records;
    private final Throttle throttle;

    StoreLists(
            StoreSettings settings, DataSource database, StoreRecords records, Throttle throttle) {
        this.settings = settings;
        this.database = database;
        this.records = records;
        this.throttle = throttle;
    }

    Router router() {
        return Router.of(
                        Route.get(STORE + "/orders", list(Kind.ORDER, "orderNumber")),
                        Route.get(STORE + "/customers", list(Kind.CUSTOMER, "customerId")))
                .origins(settings.origins());
    }

    /// @param id the field that the record is known by
    private Handler list(Kind kind, String id) {
        return throttle.guard(request -> {
            String store;
            try {
                store = Audience.id("storeId", request.parameter("storeId"));
            } catch (InvalidMessage e) {
                return StoreRoutes.failure(400, "bad_request", String.valueOf(e.getMessage()));
            }
            if (!mayRead(request, store)) {
                return StoreRoutes.failure(401, "unauthorized", "A token must open the store.")
                        .header("WWW-Authenticate", "Bearer");
            }
            try (Connection connection = database.getConnection()) {
                List<ObjectNode> all =
                        records.list(connection, kind, store, MOST).stream()
                                .map(record -> named(record, id))
                                .toList();
                return StoreRoutes.success(200, all, "Done");
            }
        });
    }

    private static ObjectNode named(Listed record, String id) {
        return record.fields().put(id, record.id());
    }

    private boolean mayRead(Request request, String store) {
        return switch (settings.identity()) {
            case StoreSettings.Identity.Claimed _ ->
                    StoreRoutes.permitted(request, settings.apiKey());
            case StoreSettings.Identity.Verified(Authenticator tokens, var stores) ->
                    tokens.authenticate(Credentials.NONE.token(request.bearer().orElse(null)))
                                    instanceof Authenticator.Outcome.Accepted(Principal who)
                            && who != null
                            && AuthenticateHandler.opens(who, store, stores);
        };
    }
}

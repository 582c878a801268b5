// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.store.Envelope.Ids;
import dev.fanfare.core.Session;
import dev.fanfare.server.TypedHandler;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes `custom_action`, which means nothing here, and says that it came.
final class CustomActionHandler implements TypedHandler<CustomActionHandler.CustomAction> {
    private static final Logger LOG = LoggerFactory.getLogger(CustomActionHandler.class);

    private final StoreDialect dialect;

    CustomActionHandler(StoreDialect dialect) {
        this.dialect = dialect;
    }

    record CustomAction(Map<String, Object> data) {}

    @Override
    public String messageType() {
        return "custom_action";
    }

    @Override
    public Class<CustomAction> type() {
        return CustomAction.class;
    }

    @Override
    public void handle(Session session, CustomAction message) {
        LOG.debug("custom_action: session={}", session.id());
        session.send(
                dialect.notification(
                        Map.of("message", "The action was received"),
                        new Ids(null, null, session.id())));
    }
}

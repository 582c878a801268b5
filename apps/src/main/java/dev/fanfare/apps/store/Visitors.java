// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.store.Envelope.Ids;
import dev.fanfare.core.Close;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Session;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Welcomes whoever connects, and notes how connections end.
final class Visitors implements Endpoint.Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Visitors.class);

    private final StoreDialect dialect;

    Visitors(StoreDialect dialect) {
        this.dialect = dialect;
    }

    @Override
    public void opened(Session session) {
        LOG.debug("connection opened: session={}", session.id());
        session.send(
                dialect.notification(
                        Map.of("message", "Welcome. Authenticate to hear of your store."),
                        new Ids(null, null, session.id())));
    }

    /// What was not closed in good order is worth a line of the log.
    @Override
    public void closed(Session session, Close close) {
        Principal who = session.principal();
        String user = who == null ? "" : Audience.userOf(who.user());
        if (close.code() == Close.NORMAL.code() || close.code() == Close.GOING_AWAY.code()) {
            LOG.debug("connection closed: session={}, user={}", session.id(), user);
        } else {
            LOG.info(
                    "connection closed: session={}, user={}, code={}, {}",
                    session.id(),
                    user,
                    close.code(),
                    close.reason());
        }
    }
}

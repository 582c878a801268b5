// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.MessageHandler;
import dev.fanfare.core.Session;
import dev.fanfare.server.TypedHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Notes in the log, at debug, that a message came; never what it says.
record NotedHandler<T>(TypedHandler<T> handler) implements TypedHandler<T> {
    private static final Logger LOG = LoggerFactory.getLogger(NotedHandler.class);

    @Override
    public String messageType() {
        return handler.messageType();
    }

    @Override
    public Class<T> type() {
        return handler.type();
    }

    @Override
    public void validate(T message) throws InvalidMessage {
        handler.validate(message);
    }

    @Override
    public void handle(Session session, T message) throws Exception {
        LOG.debug("message: type={}, session={}", handler.messageType(), session.id());
        handler.handle(session, message);
    }

    @Override
    public MessageHandler.Where where() {
        return handler.where();
    }
}

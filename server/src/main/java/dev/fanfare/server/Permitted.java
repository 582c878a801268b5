// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Access;
import dev.fanfare.core.MessageHandler;
import dev.fanfare.core.Session;
import org.jspecify.annotations.Nullable;

/// A handler that is not for everybody.
record Permitted(MessageHandler handler, Access access) implements MessageHandler {
    @Override
    public byte @Nullable [] handle(Session session, byte[] data) throws Exception {
        return handler.handle(session, data);
    }

    @Override
    public Where where() {
        return handler.where();
    }
}

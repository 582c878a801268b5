// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Access;
import dev.fanfare.core.MessageHandler;
import dev.fanfare.core.MessageHandlers;
import dev.fanfare.core.Session;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The handlers of an endpoint, with what comes before them and what takes the rest.
///
/// @param before in their order
/// @param otherwise takes names that have no handler; null for none
record EndpointHandlers(
        Map<String, MessageHandler> byName,
        List<Reader<?>> before,
        @Nullable AnyHandler<?> otherwise)
        implements MessageHandlers {

    /// An interceptor and the type that it takes.
    record Reader<T>(Class<T> type, Interceptor<T> interceptor) {
        void before(Session session, String name, byte[] data) throws Exception {
            interceptor.before(session, name, Json.read(data, type));
        }
    }

    /// A handler for any name, and the type that it takes.
    record AnyHandler<T>(Class<T> type, OnAny<T> handler) {
        MessageHandler named(String name) {
            return new JsonHandler<>(
                    type,
                    Validation.none(),
                    (session, message) -> handler.handle(session, name, message),
                    MessageHandler.Where.VIRTUAL_THREAD);
        }
    }

    @Override
    public MessageHandler find(String name) {
        MessageHandler found = byName.get(name);
        if (found == null) {
            found = otherwise == null ? MessageHandler.UNKNOWN : otherwise.named(name);
        }
        return before.isEmpty() ? found : new Intercepted(name, found, before);
    }

    /// A handler behind interceptors; they run where it does, but none on the event loop for a name
    /// that no handler takes.
    private record Intercepted(String name, MessageHandler handler, List<Reader<?>> before)
            implements MessageHandler {
        @Override
        public byte @Nullable [] handle(Session session, byte[] data) throws Exception {
            for (Reader<?> each : before) {
                each.before(session, name, data);
            }
            return handler.handle(session, data);
        }

        @Override
        public Access access() {
            return handler.access();
        }

        @Override
        public Where where() {
            return handler == MessageHandler.UNKNOWN ? Where.VIRTUAL_THREAD : handler.where();
        }
    }
}

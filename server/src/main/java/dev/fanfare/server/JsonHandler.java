// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.MessageHandler;
import dev.fanfare.core.Session;
import org.jspecify.annotations.Nullable;

/// Reads a message into its record, has it validated and handled, and writes the answer.
record JsonHandler<T>(Class<T> type, Validation<T> validation, OnRequest<T> body, Where where)
        implements MessageHandler {

    static <T> JsonHandler<T> of(Class<T> type, Validation<T> validation, OnMessage<T> body) {
        return new JsonHandler<>(type, validation, silent(body), Where.VIRTUAL_THREAD);
    }

    static <T> JsonHandler<T> inline(Class<T> type, OnMessage<T> body) {
        return new JsonHandler<>(type, Validation.none(), silent(body), Where.INLINE);
    }

    static <T> JsonHandler<T> of(TypedHandler<T> handler) {
        return new JsonHandler<>(
                handler.type(), handler::validate, silent(handler::handle), handler.where());
    }

    private static <T> OnRequest<T> silent(OnMessage<T> body) {
        return (session, message) -> {
            body.handle(session, message);
            return null;
        };
    }

    @Override
    public byte @Nullable [] handle(Session session, byte[] data) throws Exception {
        T message = Json.read(data, type);
        validation.check(message);
        Object answer = body.answer(session, message);
        return answer == null ? null : Json.write(answer);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.server.http.Response;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/// The body of a POST, packets with 0x1e between them, as far as they are taken. On the
/// connection's loop.
final class Post {
    private final byte[] body;
    private final CompletableFuture<Response> answer;
    private int from;

    Post(byte[] body, CompletableFuture<Response> answer) {
        this.body = body;
        this.answer = answer;
    }

    boolean hasNext() {
        return from <= body.length;
    }

    byte[] next() {
        int to = from;
        while (to < body.length && body[to] != Frames.SEPARATOR) {
            to++;
        }
        byte[] packet = Arrays.copyOfRange(body, from, to);
        from = to + 1;
        return packet;
    }

    /// All of it could be read.
    void taken() {
        answer.complete(Response.of(200, "text/html", new byte[] {'o', 'k'}));
    }

    void refused() {
        answer.complete(EngineIo.badRequest());
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Loop;
import dev.fanfare.core.Transport;
import dev.fanfare.server.http.Response;
import java.util.concurrent.CompletableFuture;

/// Who waits for the answer of one exchange. On the loop of its connection.
///
/// @param answer completed with a whole answer; cancelled when the connection is lost before
// Futures: what came of the task is not asked for.
@SuppressWarnings("FutureReturnValueIgnored")
record Caller(Gateway.Call call, Cors cors, CompletableFuture<Response> answer) {
    private static final Response GONE = Response.empty(500);

    Loop loop() {
        return call.loop();
    }

    /// It has said who it is.
    void known() {
        call.known().run();
    }

    void answer(Response response) {
        answer.complete(cors.open(call.request(), response));
    }

    /// Begins an answer without an end, in place of a whole one.
    Transport stream(Response head, Gateway.Streamed told) {
        return call.streams().begin(cors.open(call.request(), head), told);
    }

    /// Does this when nobody waits any more.
    void whenGone(Runnable task) {
        answer.exceptionally(_ -> {
            task.run();
            return GONE;
        });
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Principal;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;

/// Decides before a WebSocket upgrade who it is. Runs on a virtual thread and may block for up to
/// [HttpLimits#handlerTimeout]: then it is interrupted, and the answer is 503. What it throws is
/// logged and answered with 500.
@FunctionalInterface
public interface Gate {
    Decision decide(Request request) throws Exception;

    /// What was decided.
    sealed interface Decision {}

    /// The upgrade goes on, and the session is this principal's from the start.
    record Admit(Principal principal) implements Decision {}

    /// There is no upgrade.
    record Refuse(Response response) implements Decision {}
}

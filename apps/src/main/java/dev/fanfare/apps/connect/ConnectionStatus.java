// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.connect;

import dev.fanfare.apps.Json;
import dev.fanfare.engine.Content;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// How far the wallet's connection has come: what clients are pushed, and what they poll.
///
/// @param status `pending`, `active`, `completed`, `abandoned`, `error`, or whatever else the
///   platform says
/// @param time of the last change
record ConnectionStatus(String sessionId, String status, Instant time) {
    static final String PENDING = "pending";
    static final String ACTIVE = "active";
    static final String COMPLETED = "completed";
    static final String ABANDONED = "abandoned";
    static final String ERROR = "error";

    byte[] json() {
        Map<String, String> frame = new LinkedHashMap<>();
        frame.put("type", "status");
        frame.put("sessionId", sessionId);
        frame.put("status", status);
        frame.put("timestamp", time.toString());
        return Json.write(frame);
    }

    Content content() {
        return Content.of(json()).keyed("status");
    }

    /// The channel that clients of a session listen to.
    static String channel(String sessionId) {
        return "session:" + sessionId;
    }
}

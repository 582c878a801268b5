// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.connect;

import java.util.List;

/// Who is connected to this node.
record WebSocketStats(
        int totalConnections, List<String> activeSessions, List<SessionCount> sessionCounts) {

    record SessionCount(String sessionId, long clients) {}
}

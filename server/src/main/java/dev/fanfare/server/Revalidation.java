// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Close;
import dev.fanfare.core.Session;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Judges whether sessions that were let in may stay: for what was revoked, or has changed, where
/// this node does not hear of it. See [EndpointConfig#revalidate]. On a virtual thread, and may
/// block.
@FunctionalInterface
public interface Revalidation {
    /// @param sessions some of the endpoint's, at most 1,000, so that a database can be asked for
    ///   many at once
    /// @return how those end that may not stay: [Close#REVOKED] for good, or with a code below 4500
    ///   to come back as somebody else
    /// @throws Exception when it cannot be judged now: it is logged, and all stay until the next
    ///   time
    Map<Session, Close> judge(List<Session> sessions) throws Exception;

    /// One after the other.
    static Revalidation each(One judge) {
        return sessions -> {
            Map<Session, Close> ended = new HashMap<>();
            for (Session session : sessions) {
                Close close = judge.judge(session);
                if (close != null) {
                    ended.put(session, close);
                }
            }
            return ended;
        };
    }

    /// Judges one session.
    @FunctionalInterface
    interface One {
        /// @return how it ends, or null when it may stay
        @Nullable Close judge(Session session) throws Exception;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Filter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Sockets that are gone and may come back, by the secret that their clients were given. Bounded in
/// number and time; each can be taken once. Any thread.
final class Returns {
    private static final int MOST = 10_000;

    private final ConcurrentHashMap<String, NamespaceSocket> here = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Left> gone = new ConcurrentHashMap<>();

    /// A socket that was.
    ///
    /// @param id of its session
    /// @param user whose it was; null for nobody's
    /// @param data the application's, of the session
    /// @param until when it is forgotten; nanoseconds
    record Left(
            String namespace,
            String id,
            @Nullable String user,
            Map<String, Filter> channels,
            Map<String, Object> data,
            Trail trail,
            long until) {}

    void arrived(String secret, NamespaceSocket socket) {
        here.put(secret, socket);
    }

    /// The socket that is still open under this secret.
    @Nullable NamespaceSocket present(String secret) {
        return here.get(secret);
    }

    /// @param left what there is to come back to, or null
    void departed(String secret, @Nullable Left left) {
        here.remove(secret);
        if (left != null && gone.size() < MOST) {
            gone.put(secret, left);
        }
    }

    @Nullable Left take(String secret, long now) {
        Left left = gone.remove(secret);
        return left != null && now < left.until ? left : null;
    }

    void sweep(long now) {
        gone.values().removeIf(left -> now >= left.until);
    }

    int size() {
        return gone.size();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import dev.fanfare.core.Close;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Session;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The pool of clients, each by its session's id, and whom they watch.
///
/// Any thread.
final class Watchers implements Endpoint.Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Watchers.class);

    private final int connectionsPerUser;
    private final int usersPerConnection;

    /// Both guarded by this.
    private final Map<Session, Set<String>> users = new HashMap<>();

    private final Map<String, Integer> connections = new HashMap<>();

    Watchers(KycSettings settings) {
        this.connectionsPerUser = settings.connectionsPerUser();
        this.usersPerConnection = settings.usersPerConnection();
    }

    enum Entry {
        NEW,
        /// The session watches the user already.
        AGAIN,
        TOO_MANY_CONNECTIONS,
        TOO_MANY_USERS
    }

    /// One client's watch of one user.
    record Watch(Session session, String user) {}

    record Counts(int clients, int watched, int watches) {}

    @Override
    public synchronized void opened(Session session) {
        users.put(session, new HashSet<>(1));
        LOG.debug("client {} is connected, one of {}", session.id(), users.size());
    }

    @Override
    public synchronized void closed(Session session, Close close) {
        Set<String> watched = users.remove(session);
        if (watched != null) {
            watched.forEach(user ->
                    connections.computeIfPresent(
                            user, (_, count) -> count == 1 ? null : count - 1));
        }
        LOG.debug("client {} is gone ({}), {} left", session.id(), close.code(), users.size());
    }

    synchronized Entry enter(Session session, String user) {
        Set<String> watched = users.computeIfAbsent(session, _ -> new HashSet<>(1));
        if (watched.contains(user)) {
            return Entry.AGAIN;
        }
        if (watched.size() >= usersPerConnection) {
            return Entry.TOO_MANY_USERS;
        }
        if (connections.getOrDefault(user, 0) >= connectionsPerUser) {
            return Entry.TOO_MANY_CONNECTIONS;
        }
        watched.add(user);
        connections.merge(user, 1, Integer::sum);
        return Entry.NEW;
    }

    synchronized List<Watch> all() {
        return users.entrySet().stream()
                .flatMap(entry ->
                        entry.getValue().stream().map(user -> new Watch(entry.getKey(), user)))
                .toList();
    }

    /// Those who watch anybody.
    synchronized List<Session> sessions() {
        return users.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .toList();
    }

    synchronized Counts counts() {
        int watches = connections.values().stream().mapToInt(Integer::intValue).sum();
        return new Counts(users.size(), connections.size(), watches);
    }
}

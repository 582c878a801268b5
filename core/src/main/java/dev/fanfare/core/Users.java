// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The users who have sessions on this node. Any thread.
final class Users {
    private final ConcurrentHashMap<String, Account> accounts = new ConcurrentHashMap<>();

    /// One user: the open sessions, and the rate that they share.
    private static final class Account {
        volatile Session[] sessions = {};
        @Nullable TokenBucket bucket;
    }

    enum Admission {
        ADMITTED,
        FULL
    }

    /// Counts the session in, unless its user has as many at its endpoint as the limit allows.
    Admission add(String user, Session session) {
        Admission[] outcome = {Admission.FULL};
        accounts.compute(
                user,
                (_, known) -> {
                    Account account = known == null ? new Account() : known;
                    if (openAt(account, session.endpoint())
                            < session.endpoint().limits().connections()) {
                        Session[] more =
                                Arrays.copyOf(account.sessions, account.sessions.length + 1);
                        more[more.length - 1] = session;
                        account.sessions = more;
                        outcome[0] = Admission.ADMITTED;
                    }
                    return account.sessions.length == 0 ? null : account;
                });
        return outcome[0];
    }

    private static long openAt(Account account, Endpoint endpoint) {
        return Arrays.stream(account.sessions)
                .filter(open -> open.endpoint().name().equals(endpoint.name()))
                .count();
    }

    void remove(String user, Session session) {
        accounts.computeIfPresent(
                user,
                (_, account) -> {
                    account.sessions =
                            Arrays.stream(account.sessions)
                                    .filter(open -> open != session)
                                    .toArray(Session[]::new);
                    return account.sessions.length == 0 ? null : account;
                });
    }

    List<Session> sessions(String user) {
        Account account = accounts.get(user);
        return account == null ? List.of() : List.of(account.sessions);
    }

    /// Takes one command from the user's rate.
    ///
    /// @return 0, or in how many milliseconds to try again
    long take(String user, Limits.Rate rate, long nanos) {
        Account account = accounts.get(user);
        if (account == null) {
            return 0;
        }
        synchronized (account) {
            int burst =
                    (int) Math.max(1, (long) rate.burst() * rate.userCommands() / rate.commands());
            if (account.bucket == null) {
                account.bucket = new TokenBucket(burst, nanos);
            }
            return account.bucket.take(rate.userCommands(), burst, nanos);
        }
    }

    int size() {
        return accounts.size();
    }
}

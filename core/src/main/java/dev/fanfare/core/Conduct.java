// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import org.jspecify.annotations.Nullable;

/// How a session behaves: the rate of its commands, and how many could not be understood. On the
/// session's loop.
final class Conduct {
    private static final long SECOND = 1_000_000_000;
    private static final long PATIENCE = 10 * SECOND;

    /// Bad commands count together when they come within this time.
    private static final long BAD_WINDOW = 60 * SECOND;

    /// Of what it was denied, the log has the first hundred.
    private static final int MOST_DENIED = 100;

    private static final Refusal UNREAD =
            Refusal.limit(
                    Refusal.Code.TOO_MANY_REQUESTS,
                    "outbox",
                    1_000,
                    "Too much waits for this client to read it. Ask again when it has.");

    private final Session session;
    private final TokenBucket bucket;
    private long refusedAt;
    private long floodSince;
    private int badCommands;
    private long badSince;
    private int denied;

    Conduct(Session session, long now) {
        this.session = session;
        this.bucket = new TokenBucket(session.endpoint().limits().rate().burst(), now);
    }

    /// Executes the command, if the rate allows it.
    void obey(Command command) {
        if (hasUnread(command)) {
            session.refuse(command.id(), UNREAD);
            return;
        }
        long now = session.hub().clock().nanos();
        Shortage shortage = take(now);
        if (shortage == null) {
            session.hub().commands().execute(session, command);
        } else {
            session.refuse(command.id(), refused(shortage, now));
            if (floods()) {
                SecurityEvent.FLOOD.in(session).with("limit", shortage.limit()).log();
                session.disconnect(Close.FLOOD);
            }
        }
    }

    /// The same for who can wait: it is not refused, and no flood.
    ///
    /// @return 0 when it was executed, else in how many milliseconds to try again
    long offer(Command command) {
        Shortage shortage = take(session.hub().clock().nanos());
        if (shortage == null) {
            session.hub().commands().execute(session, command);
            return 0;
        }
        return shortage.millis();
    }

    /// @param millis until there is one more
    private record Shortage(String limit, int perSecond, long millis) {}

    /// Takes one command from the session's rate and its user's.
    ///
    /// @return why it may not be executed, or null when it may
    private @Nullable Shortage take(long now) {
        Limits.Rate rate = session.endpoint().limits().rate();
        long wait = bucket.take(rate.commands(), rate.burst(), now);
        if (wait > 0) {
            return new Shortage("commands", rate.commands(), wait);
        }
        Principal who = session.principal();
        wait = who == null ? 0 : session.hub().users().take(who.user(), rate, now);
        return wait > 0 ? new Shortage("user-commands", rate.userCommands(), wait) : null;
    }

    /// Replies that the client does not read are not added to.
    private boolean hasUnread(Command command) {
        return !(command instanceof Command.Pong) && session.outbox().full();
    }

    private Refusal refused(Shortage shortage, long now) {
        if (refusedAt == 0 || now - refusedAt > SECOND) {
            floodSince = now;
        }
        refusedAt = now;
        return Refusal.limit(
                Refusal.Code.TOO_MANY_REQUESTS,
                shortage.limit(),
                shortage.millis(),
                "Too many commands: at most " + shortage.perSecond() + " a second.");
    }

    /// Whether it has been over its rate for longer than is borne.
    private boolean floods() {
        return refusedAt - floodSince > PATIENCE;
    }

    /// It has asked for what it may not have.
    void denied(String name, String what) {
        int times = ++denied;
        if (times <= MOST_DENIED) {
            SecurityEvent.PERMISSION_DENIED
                    .in(session)
                    .with(name, what)
                    .with("further", times == MOST_DENIED ? "not logged" : null)
                    .log();
        }
    }

    /// Refuses a command that could not be understood. One that has an `id`, or was too large to
    /// read it, holds what a user wrote: its refusal rejects one call of the client, and the
    /// session lives. Only a client that does not speak the protocol sends others.
    void malformed(Command.Malformed command) {
        session.refuse(command.id(), command.refusal());
        boolean answerable =
                command.id() != 0 || command.refusal().code() == Refusal.Code.MESSAGE_TOO_LARGE;
        if (!answerable
                && countBad(session.hub().clock().nanos())
                        >= session.endpoint().limits().badCommands()) {
            session.disconnect(Close.BAD_COMMANDS);
        }
    }

    private int countBad(long now) {
        if (badCommands == 0 || now - badSince > BAD_WINDOW) {
            badCommands = 0;
            badSince = now;
        }
        return ++badCommands;
    }
}

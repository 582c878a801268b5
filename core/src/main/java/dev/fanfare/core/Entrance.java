// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How a session gets in: who it says it is, and what it says while that is being judged. It exists
/// until the session is connected. On the session's loop.
final class Entrance {
    private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);

    /// Commands that may come while the credentials are being judged.
    private static final int MOST_WAITING = 64;

    private final Session session;
    private final Credentials credentials;
    private @Nullable ArrayDeque<Command> waiting;

    /// Who waits for the authenticator.
    private @Nullable Consumer<Authenticator.Outcome> judged;

    Entrance(Session session, Credentials credentials) {
        this.session = session;
        this.credentials = credentials;
    }

    /// Nothing has been said yet.
    void open() {
        if (session.endpoint().admission() == Endpoint.Admission.ON_OPEN) {
            judge(credentials, this::judged);
        }
    }

    void receive(Command command) {
        if (waiting == null) {
            first(command);
        } else if (waiting.size() < MOST_WAITING) {
            waiting.add(command);
        } else {
            session.refuse(
                    command.id(),
                    Refusal.limit(
                            Refusal.Code.TOO_MANY_REQUESTS,
                            "commands-while-connecting",
                            1_000,
                            "At most " + MOST_WAITING + " commands wait for connect."));
        }
    }

    private void judge(Credentials shown, Consumer<Authenticator.Outcome> then) {
        waiting = new ArrayDeque<>();
        judged = then;
        judge(session, shown, then);
    }

    /// It was not connected in time: who did not say who it is does not come back, and who waits
    /// for the authenticator does.
    void overdue() {
        if (judged == null) {
            session.disconnect(Close.NO_CONNECT);
            return;
        }
        Authenticator.Outcome late = late(session);
        LOG.warn(
                "the authenticator of {} did not finish within {} ms, session={}",
                session.endpoint().name(),
                session.endpoint().limits().connectWithin().toMillis(),
                session.id());
        judged.accept(late);
    }

    private void first(Command command) {
        switch (command) {
            case Command.Connect connect when connect.version() != Commands.VERSION -> {
                session.refuse(
                        connect.id(),
                        Refusal.field(
                                Refusal.Code.UNSUPPORTED_VERSION,
                                "version",
                                "This server speaks version " + Commands.VERSION + "."));
                session.disconnect(Close.UNSUPPORTED_VERSION);
            }
            case Command.Connect connect -> {
                judge(credentials.token(connect.token()), outcome -> connected(connect, outcome));
            }
            case Command.Malformed malformed -> {
                session.refuse(malformed.id(), malformed.refusal());
                session.disconnect(Close.BAD_COMMANDS);
            }
            default -> {
                session.refuse(
                        command.id(),
                        Refusal.of(
                                Refusal.Code.NOT_CONNECTED, "The first command must be connect."));
                session.disconnect(Close.BAD_COMMANDS);
            }
        }
    }

    private void connected(Command.Connect connect, Authenticator.Outcome outcome) {
        switch (outcome) {
            case Authenticator.Outcome.Rejected rejected -> {
                session.refuse(connect.id(), rejected.refusal());
                session.reject(rejected);
            }
            case Authenticator.Outcome.Accepted(Principal who) -> {
                if (session.enter(who) == Users.Admission.FULL) {
                    session.refuse(connect.id(), tooMany());
                    full(who);
                    return;
                }
                session.reply(
                        connect.id(),
                        new Reply.Connected(
                                session.id(),
                                who == null ? null : who.user(),
                                who == null ? 0 : who.expiresAt(),
                                session.endpoint().limits().heartbeat().pingAfter().toMillis()));
                begin();
            }
        }
    }

    private void judged(Authenticator.Outcome outcome) {
        switch (outcome) {
            case Authenticator.Outcome.Rejected rejected -> session.reject(rejected);
            case Authenticator.Outcome.Accepted(Principal who) -> admit(who);
        }
    }

    /// Lets in somebody who was verified.
    void admit(@Nullable Principal who) {
        if (session.enter(who) == Users.Admission.FULL) {
            full(who);
        } else {
            begin();
        }
    }

    /// The session of nobody becomes somebody's, or has the proof of whose it is renewed.
    static CompletionStage<Identified> identify(Session session, Principal who) {
        CompletableFuture<Identified> done = new CompletableFuture<>();
        session.onLoop(() -> {
            if (session.connected()) {
                done.complete(identifyNow(session, who));
            } else {
                done.completeExceptionally(
                        new IllegalStateException("cannot identify: session=" + session.id()));
            }
        });
        return done;
    }

    private static Identified identifyNow(Session session, Principal who) {
        Principal was = session.principal();
        if (was != null && !was.user().equals(who.user())) {
            return Identified.ANOTHER_USER;
        }
        if (was == null && session.hub().users().add(who.user(), session) == Users.Admission.FULL) {
            return Identified.FULL;
        }
        session.renew(who);
        return was == null ? Identified.ADMITTED : Identified.RENEWED;
    }

    private void begin() {
        session.begin();
        if (waiting != null) {
            waiting.forEach(session::receive);
        }
    }

    private void full(@Nullable Principal who) {
        Endpoint endpoint = session.endpoint();
        SecurityEvent.TOO_MANY_CONNECTIONS
                .in(session)
                .with("user", who == null ? null : who.user())
                .log();
        session.disconnect(endpoint.full());
    }

    private Refusal tooMany() {
        int most = session.endpoint().limits().connections();
        return Refusal.limit(
                Refusal.Code.LIMIT_EXCEEDED,
                "connections",
                -1,
                "A user has at most " + most + " connections here. Close another first.");
    }

    /// Asks the endpoint's authenticator, on a virtual thread, and tells `then`, on the loop,
    /// unless the session has ended.
    static void judge(Session session, Credentials shown, Consumer<Authenticator.Outcome> then) {
        Consumer<Authenticator.Outcome> told =
                outcome ->
                        session.onLoop(() -> {
                            if (session.open()) {
                                then.accept(outcome);
                            }
                        });
        session.tasks()
                .add(
                        new SerialTasks.Task(
                                "authenticator",
                                () -> {
                                    Authenticator.Outcome outcome = ask(session, shown);
                                    return () -> told.accept(outcome);
                                },
                                () -> told.accept(late(session))));
    }

    private static Authenticator.Outcome late(Session session) {
        Limits limits = session.endpoint().limits();
        Duration deadline = limits.handlerTimeout();
        if (!session.connected() && limits.connectWithin().compareTo(deadline) < 0) {
            deadline = limits.connectWithin();
        }
        return new Authenticator.Outcome.Rejected(
                session.hub().late("The authenticator", deadline, 1_000),
                Close.TRY_LATER,
                "the authenticator did not finish in time");
    }

    private static Authenticator.Outcome ask(Session session, Credentials shown) {
        Endpoint endpoint = session.endpoint();
        try {
            Authenticator.Outcome outcome = endpoint.authenticator().authenticate(shown);
            if (outcome instanceof Authenticator.Outcome.Rejected rejected) {
                SecurityEvent.AUTHENTICATION_REFUSED
                        .in(session)
                        .with("reason", rejected.reason())
                        .with("remote", shown.remote())
                        .log();
            }
            return outcome;
        } catch (RuntimeException | Error e) {
            LOG.warn("the authenticator of {} failed", endpoint.name(), e);
            return new Authenticator.Outcome.Rejected(
                    session.hub().unavailable(), Close.TRY_LATER, "the authenticator failed");
        }
    }
}

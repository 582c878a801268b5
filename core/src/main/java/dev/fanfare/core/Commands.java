// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import dev.fanfare.engine.Published;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What each [Command] does: the rules of its channel, whether the session may, and then the engine
/// or a handler. On the session's loop.
final class Commands {
    private static final Logger LOG = LoggerFactory.getLogger(Commands.class);

    /// The protocol version that this server speaks.
    static final int VERSION = 1;

    private static final int MOST_HISTORY = 1_000;
    private static final int MOST_MEMBERS = 10_000;

    /// So many pages go into the outbox.
    private static final int PAGES = 8;

    private static final long SLOW_INLINE_NANOS = 10_000_000;

    private final Hub hub;

    Commands(Hub hub) {
        this.hub = hub;
    }

    void execute(Session session, Command command) {
        switch (command) {
            case Command.Connect c -> connect(session, c);
            case Command.Refresh c -> refresh(session, c);
            case Command.Subscribe c -> subscribe(session, c);
            case Command.Unsubscribe c -> unsubscribe(session, c);
            case Command.Publish c -> publish(session, c);
            case Command.Send c -> send(session, c);
            case Command.Presence c -> presence(session, c);
            case Command.History c -> history(session, c);
            case Command.Inbox c -> inbox(session, c);
            case Command.Ping c -> session.reply(c.id(), new Reply.Pong());
            case Command.Pong _ -> {}
            case Command.Malformed c -> session.conduct().malformed(c);
        }
    }

    private static void connect(Session session, Command.Connect command) {
        session.refuse(
                command.id(),
                Refusal.of(
                        Refusal.Code.ALREADY_CONNECTED,
                        "This session is connected. Use refresh to change the token."));
    }

    private static void refresh(Session session, Command.Refresh command) {
        Credentials shown = Credentials.NONE.token(command.token());
        Entrance.judge(session, shown, outcome -> refreshed(session, command, outcome));
    }

    private static void refreshed(
            Session session, Command.Refresh command, Authenticator.Outcome outcome) {
        Principal was = session.principal();
        switch (outcome) {
            case Authenticator.Outcome.Rejected rejected ->
                    session.refuse(command.id(), rejected.refusal());
            case Authenticator.Outcome.Accepted(Principal who)
                    when was == null || who == null || !was.user().equals(who.user()) ->
                    session.refuse(
                            command.id(),
                            Refusal.field(
                                    Refusal.Code.INVALID_TOKEN,
                                    "token",
                                    "A refresh is for the same user. Connect anew for another."));
            case Authenticator.Outcome.Accepted(Principal who) -> {
                session.renew(who);
                session.reply(command.id(), new Reply.Refreshed(who.expiresAt()));
            }
        }
    }

    private void subscribe(Session session, Command.Subscribe command) {
        String channel = command.channel();
        Rulebook.Match match = permitted(session, command.id(), channel);
        if (match == null) {
            return;
        }
        if (session.subscribed().find(channel) != null) {
            session.refuse(
                    command.id(),
                    Refusal.field(
                            Refusal.Code.ALREADY_SUBSCRIBED,
                            "channel",
                            "This session subscribes to the channel already."));
            return;
        }
        if (command.filter() != Filter.EVERYTHING && !match.rules().filterable()) {
            session.refuse(
                    command.id(),
                    Refusal.field(
                            Refusal.Code.NOT_ENABLED,
                            "filter",
                            "The channel's rules have no filters."));
            return;
        }
        int most = session.endpoint().limits().channels();
        if (session.subscribed().size() >= most) {
            session.refuse(
                    command.id(),
                    Refusal.limit(
                            Refusal.Code.LIMIT_EXCEEDED,
                            "channels",
                            -1,
                            "A session subscribes to at most "
                                    + most
                                    + " channels. Unsubscribe from one first."));
            return;
        }
        Position since = command.since();
        session.subscribed()
                .begin(
                        channel,
                        new Terms(
                                match.rules(),
                                since == null ? new Start.Now() : new Start.After(since),
                                command.filter()),
                        new Begun() {
                            @Override
                            public void begun(Position position, Reply.Recovered recovered) {
                                session.reply(
                                        command.id(),
                                        new Reply.Subscribed(channel, position, recovered));
                            }

                            @Override
                            public void failed(Refusal refusal) {
                                session.refuse(command.id(), refusal);
                            }
                        });
    }

    private void unsubscribe(Session session, Command.Unsubscribe command) {
        Subscription subscription = session.subscribed().find(command.channel());
        if (subscription == null) {
            session.refuse(
                    command.id(),
                    Refusal.field(
                            Refusal.Code.NOT_SUBSCRIBED,
                            "channel",
                            "This session does not subscribe to the channel."));
            return;
        }
        session.subscribed().end(subscription);
        session.reply(command.id(), new Reply.Unsubscribed(command.channel()));
    }

    private void publish(Session session, Command.Publish command) {
        Rulebook.Match match = known(session, command.id(), command.channel());
        Principal principal = session.principal();
        if (match == null) {
            return;
        }
        if (!match.rules().publish().allows(principal, match.captures())) {
            denied(session, command.id(), command.channel(), "publish to");
            return;
        }
        Refusal refusal = hub.refusal(match.rules(), command.data());
        if (refusal != null) {
            session.refuse(command.id(), refusal);
            return;
        }
        Content content =
                new Content(
                        command.event(),
                        command.data(),
                        principal == null ? null : principal.user(),
                        null,
                        null,
                        Content.Extent.WHOLE);
        hub.publish(command.channel(), content, command.idempotencyKey())
                .whenComplete((published, failure) -> {
                    if (failure == null) {
                        session.replyFrom(command.id(), reply(published));
                    } else {
                        unavailable(session, command, failure);
                    }
                });
    }

    private static Reply reply(Published published) {
        return switch (published.novelty()) {
            case NEW, REPEATED -> new Reply.Published(published.position());
            case CONFLICT -> new Reply.Refused(Refusal.conflict());
        };
    }

    private void send(Session session, Command.Send command) {
        MessageHandler handler = session.endpoint().handlers().find(command.handler());
        if (!handler.access().allows(session.principal(), Map.of())) {
            session.conduct().denied("handler", command.handler());
            session.refuse(
                    command.id(),
                    Refusal.field(
                            Refusal.Code.PERMISSION_DENIED,
                            "handler",
                            "This session may not send this message."));
            return;
        }
        switch (handler.where()) {
            case INLINE -> {
                long from = hub.clock().nanos();
                session.reply(command.id(), answer(session, command, handler));
                long took = hub.clock().nanos() - from;
                if (took > SLOW_INLINE_NANOS) {
                    LOG.warn(
                            "the inline handler {} held its event loop for {} ms",
                            command.handler(),
                            took / 1_000_000);
                }
            }
            case VIRTUAL_THREAD -> {
                SerialTasks.Task task =
                        new SerialTasks.Task(
                                command.handler(),
                                () -> {
                                    Reply reply = answer(session, command, handler);
                                    return () -> session.replyFrom(command.id(), reply);
                                },
                                () -> late(session, command));
                if (!session.tasks().offer(command.data().length, task)) {
                    session.refuse(
                            command.id(),
                            Refusal.limit(
                                    Refusal.Code.TOO_MANY_REQUESTS,
                                    "waiting-messages",
                                    1_000,
                                    SerialTasks.BOUND));
                }
            }
        }
    }

    private Reply answer(Session session, Command.Send command, MessageHandler handler) {
        try {
            return new Reply.Answer(hub.answer(handler.handle(session, command.data())));
        } catch (InvalidMessage invalid) {
            if (LOG.isDebugEnabled()) {
                LOG.debug(
                        "a message is refused: event={}, session={}: {}",
                        SecurityEvent.harmless(command.handler()),
                        session.id(),
                        invalid.getMessage());
            }
            return new Reply.Refused(invalid.refusal());
        } catch (Exception | Error e) {
            failed(session, command, e);
            return new Reply.Refused(
                    Refusal.of(Refusal.Code.INTERNAL, "The server could not handle this message."));
        }
    }

    private static void failed(Session session, Command.Send command, Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        if (cause instanceof ClientTimeoutException || cause instanceof ClientGoneException) {
            LOG.info(
                    "the handler {} was not answered by its client, session={}: {}",
                    SecurityEvent.harmless(command.handler()),
                    session.id(),
                    cause.getMessage());
        } else {
            LOG.error(
                    "the handler {} failed, session={}",
                    SecurityEvent.harmless(command.handler()),
                    session.id(),
                    failure);
        }
    }

    /// Whether it has taken effect is not known, so trying again is not advised.
    private void late(Session session, Command.Send command) {
        Duration deadline = session.endpoint().limits().handlerTimeout();
        session.replyFrom(command.id(), new Reply.Refused(hub.late("The handler", deadline, -1)));
    }

    private void presence(Session session, Command.Presence command) {
        Rulebook.Match match = permitted(session, command.id(), command.channel());
        if (match == null) {
            return;
        }
        if (match.rules().members() == ChannelRules.Presence.OFF) {
            notEnabled(session, command.id(), "presence");
            return;
        }
        hub.engine()
                .members(command.channel(), command.after(), MOST_MEMBERS)
                .whenComplete((members, failure) -> {
                    if (failure == null) {
                        session.replyFrom(command.id(), present(session, command, members));
                    } else {
                        unavailable(session, command, failure);
                    }
                });
    }

    private void history(Session session, Command.History command) {
        Rulebook.Match match = permitted(session, command.id(), command.channel());
        if (match == null) {
            return;
        }
        if (match.rules().retention().size() == 0) {
            notEnabled(session, command.id(), "history");
            return;
        }
        HistoryQuery asked = command.query();
        HistoryQuery query =
                new HistoryQuery(
                        asked.since(),
                        asked.before(),
                        Math.min(asked.limit(), MOST_HISTORY),
                        asked.order());
        hub.engine()
                .history(command.channel(), query)
                .whenComplete((history, failure) -> {
                    if (failure == null) {
                        session.replyFrom(command.id(), read(session, command, history));
                    } else {
                        unavailable(session, command, failure);
                    }
                });
    }

    private void inbox(Session session, Command.Inbox command) {
        if (session.principal() == null) {
            session.refuse(
                    command.id(),
                    Refusal.of(Refusal.Code.NOT_ENABLED, "A session without a user has no inbox."));
            return;
        }
        session.openInbox(inbox ->
                        session.reply(
                                command.id(),
                                new Reply.Inbox(inbox.messages().size(), inbox.lost())))
                .whenComplete((_, failure) -> {
                    if (failure != null && session.connected()) {
                        unavailable(session, command, failure);
                    }
                });
    }

    private static Reply read(Session session, Command.History command, History history) {
        return switch (history) {
            case History.Entries(var all, Position top) -> {
                Page<Publication> page = Page.ofPublications(all, pageOf(session));
                Position next =
                        page.complete() ? null : page.elements().getLast().position(top.epoch());
                yield new Reply.History(command.channel(), page.elements(), next);
            }
            case History.Broken _ when command.query().since() == null ->
                    new Reply.Refused(
                            Refusal.field(
                                    Refusal.Code.BAD_REQUEST,
                                    "before",
                                    "The history has begun anew since. Ask without before."));
            case History.Broken _ ->
                    new Reply.Refused(
                            Refusal.field(
                                    Refusal.Code.BAD_REQUEST,
                                    "since",
                                    "What follows this position is not kept any more. Ask without"
                                            + " since."));
        };
    }

    private static Reply present(Session session, Command.Presence command, List<Member> members) {
        Page<Member> page = Page.ofMembers(members, pageOf(session));
        String after =
                page.complete() && members.size() < MOST_MEMBERS
                        ? null
                        : page.elements().getLast().user();
        return new Reply.Presence(command.channel(), page.elements(), after);
    }

    private static long pageOf(Session session) {
        return session.endpoint().limits().outbox() / PAGES;
    }

    /// The rules of a channel that the session may listen to, or null when it was refused.
    private static Rulebook.@Nullable Match permitted(Session session, long id, String channel) {
        Rulebook.Match match = known(session, id, channel);
        if (match == null
                || match.rules().subscribe().allows(session.principal(), match.captures())) {
            return match;
        }
        denied(session, id, channel, "listen to");
        return null;
    }

    private static Rulebook.@Nullable Match known(Session session, long id, String channel) {
        String problem = Rulebook.problem(channel);
        if (problem != null) {
            session.refuse(id, Refusal.field(Refusal.Code.BAD_REQUEST, "channel", problem));
            return null;
        }
        Rulebook.Match match = session.endpoint().rules().match(channel);
        if (match == null) {
            session.refuse(
                    id,
                    Refusal.field(
                            Refusal.Code.UNKNOWN_CHANNEL,
                            "channel",
                            "No channel of this name exists here."));
        }
        return match;
    }

    private static void denied(Session session, long id, String channel, String deed) {
        session.conduct().denied("channel", channel);
        session.refuse(
                id,
                Refusal.field(
                        Refusal.Code.PERMISSION_DENIED,
                        "channel",
                        "This session may not " + deed + " the channel."));
    }

    private static void notEnabled(Session session, long id, String what) {
        session.refuse(
                id,
                Refusal.field(
                        Refusal.Code.NOT_ENABLED,
                        "channel",
                        "The channel's rules have no " + what + "."));
    }

    private void unavailable(Session session, Command command, Throwable failure) {
        hub.engineFailed(command.getClass().getSimpleName(), failure);
        session.replyFrom(command.id(), new Reply.Refused(hub.unavailable()));
    }
}

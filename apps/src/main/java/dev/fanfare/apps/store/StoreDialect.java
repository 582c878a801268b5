// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.FlatDialect;
import dev.fanfare.apps.Json;
import dev.fanfare.apps.Throttle;
import dev.fanfare.apps.store.Envelope.Ids;
import dev.fanfare.core.Command;
import dev.fanfare.core.Push;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Reply;
import dev.fanfare.engine.Clock;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.Member;
import dev.fanfare.server.Dialect;
import dev.fanfare.server.TextFrame;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `{type, data}` from clients, an [Envelope] to them.
///
/// A client's object is a message to the handler that its `type` names. A publication's event is
/// the envelope's type, its channel says which store or user it is about, and its timestamp is the
/// time of the append, however late it is sent. A message without an event is sent as it is.
final class StoreDialect implements Dialect {
    private static final Logger LOG = LoggerFactory.getLogger(StoreDialect.class);
    private static final FlatDialect OBJECTS = new FlatDialect(null, Set.of());

    private static final String LOST = "Some updates are lost. Read the current state again.";
    private static final int LOGGED_PER_SECOND = 10;

    private final StoreEvent.Casing casing;
    private final Clock clock;
    private final Throttle logged;

    StoreDialect(StoreEvent.Casing casing, Clock clock) {
        this.casing = casing;
        this.clock = clock;
        this.logged = new Throttle(clock, LOGGED_PER_SECOND, LOGGED_PER_SECOND);
    }

    @Override
    public Command decode(byte[] text) {
        return OBJECTS.decode(text);
    }

    /// A message outside any channel, as it is sent, however late: its time is now.
    Content message(StoreEvent event, byte[] data, Ids ids) {
        return Content.of(envelope(event, data, ids).json());
    }

    Content notification(Map<String, ?> data, Ids ids) {
        return message(StoreEvent.GENERAL_NOTIFICATION, Json.write(data), ids);
    }

    private Envelope envelope(StoreEvent event, byte[] data, Ids ids) {
        return new Envelope(StoreEvent.written(event.wire(), casing), data, clock.millis(), ids);
    }

    @Override
    public byte @Nullable [] push(Push push) {
        return switch (push) {
            case Push.Delivery(String channel, var publication, _) ->
                    frame(publication.content(), publication.time(), Audience.ids(channel));
            case Push.Message(Content content, _) when content.event() == null ->
                    TextFrame.of(content.data());
            case Push.Message(Content content, long time) -> frame(content, time, Ids.NONE);
            case Push.Joined(String channel, Member member) ->
                    user(StoreEvent.USER_JOINED, channel, member);
            case Push.Left(String channel, Member member) ->
                    user(StoreEvent.USER_LEFT, channel, member);
            case Push.Inbox(_, long lost) ->
                    lost == 0
                            ? null
                            : note(lost + " messages waited too long and are lost.", Ids.NONE);
            case Push.Gap(String channel, _, _) -> note(LOST, Audience.ids(channel));
            case Push.Expiring _ -> note("The token ends soon. Authenticate again.", Ids.NONE);
            case Push.Failed(Refusal refusal) -> error(refusal);
            case Push.Unsubscribed(_, Refusal reason) -> error(reason);
            case Push.Subscribed _, Push.Ping _, Push.Disconnect _ -> null;
        };
    }

    @Override
    public byte @Nullable [] reply(long id, Reply reply) {
        return switch (reply) {
            case Reply.Refused(Refusal refusal) -> error(refusal);
            case Reply.Subscribed(String channel, _, Reply.Recovered recovered)
                    when recovered == Reply.Recovered.NO ->
                    note(LOST, Audience.ids(channel));
            default -> null;
        };
    }

    private byte[] frame(Content content, long time, Ids ids) {
        String event = content.event();
        String type = event == null ? StoreEvent.GENERAL_NOTIFICATION.wire() : event;
        return TextFrame.of(
                new Envelope(StoreEvent.written(type, casing), content.data(), time, ids).json());
    }

    private byte[] user(StoreEvent event, String channel, Member member) {
        String user = Audience.userOf(member.user());
        Ids ids = new Ids(user, Audience.ids(channel).store(), null);
        byte[] data = Json.write(Map.of(Audience.USER, user));
        return TextFrame.of(envelope(event, data, ids).json());
    }

    private byte[] note(String message, Ids ids) {
        byte[] data = Json.write(Map.of("message", message));
        return TextFrame.of(envelope(StoreEvent.GENERAL_NOTIFICATION, data, ids).json());
    }

    /// `{"type":"error","message":...}`, in the envelope's shape too. Logged, but a flood is not.
    private byte[] error(Refusal refusal) {
        if (logged.allows("")) {
            LOG.info("message refused: code={}, {}", refusal.code().wire(), refusal.message());
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("message", refusal.message());
        data.put("code", refusal.code().wire());
        if (refusal.retryAfter() >= 0) {
            data.put("retryAfter", refusal.retryAfter());
        }
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("type", "error");
        error.putAll(data);
        error.put("data", data);
        error.put("timestamp", Instant.ofEpochMilli(clock.millis()).toString());
        return TextFrame.of(Json.write(error));
    }
}

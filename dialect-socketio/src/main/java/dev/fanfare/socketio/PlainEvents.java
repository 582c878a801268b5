// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Push;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Reply;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Publications under their own names, everything else in words of its own: `message`, `joined`,
/// `left`, `gap`, `unsubscribed`, `expiring`, `error`.
public final class PlainEvents implements Events {
    private static final Logger LOG = LoggerFactory.getLogger(PlainEvents.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    public PlainEvents() {}

    @Override
    public @Nullable Event push(Push push) {
        return switch (push) {
            case Push.Delivery(var channel, var publication, _) ->
                    named(publication.content(), channel);
            case Push.Message(var content, _) -> named(content, "message");
            case Push.Joined(var channel, var member) -> event("joined", member(channel, member));
            case Push.Left(var channel, var member) -> event("left", member(channel, member));
            case Push.Inbox(var messages, var lost) -> event("inbox", inbox(messages, lost));
            case Push.Gap(var channel, var from, var to) ->
                    event("gap", channel(channel).put("from", from).put("to", to.offset()));
            case Push.Unsubscribed(var channel, var reason) -> {
                Map<String, Object> said = problem(reason);
                said.put("channel", channel);
                yield event("unsubscribed", said);
            }
            case Push.Expiring(var at) -> event("expiring", Map.of("expiresAt", at));
            case Push.Failed(var refusal) -> event("error", problem(refusal));
            case Push.Subscribed _, Push.Ping _, Push.Disconnect _ -> null;
        };
    }

    private static Event named(Content content, String otherwise) {
        String name = content.event();
        return new Event(name == null ? otherwise : name, content.data());
    }

    private static Event event(String name, Object data) {
        return new Event(name, json(data));
    }

    private static Map<String, Object> member(String channel, Member member) {
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("channel", channel);
        said.put("user", member.user());
        if (member.info().length > 0) {
            said.put("info", JSON.readTree(member.info()));
        }
        return said;
    }

    static Map<String, Object> problem(Refusal refusal) {
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("code", refusal.code().wire());
        said.put("message", refusal.message());
        if (refusal.field() != null) {
            said.put("field", refusal.field());
        }
        if (refusal.limit() != null) {
            said.put("limit", refusal.limit());
        }
        if (refusal.retryAfter() >= 0) {
            said.put("retryAfter", refusal.retryAfter());
        }
        JsonNode data = data(refusal);
        if (data != null) {
            said.put("data", data);
        }
        return said;
    }

    /// The application's own data of a refusal. What has no JSON is left out, and logged: errors
    /// are written on event loops.
    static @Nullable JsonNode data(Refusal refusal) {
        Object data = refusal.data();
        try {
            return data == null ? null : JSON.valueToTree(data);
        } catch (JacksonException e) {
            LOG.error("the data of an error was not sent, code={}", refusal.code().wire(), e);
            return null;
        }
    }

    @Override
    public byte @Nullable [] answer(Reply reply) {
        return switch (reply) {
            case Reply.Answer(var data) -> data;
            case Reply.Refused(var refusal) -> json(Map.of("error", problem(refusal)));
            case Reply.Published(var position) -> json(position(position));
            case Reply.Subscribed(var channel, _, var recovered) ->
                    json(channel(channel).put("recovered", recovered == Reply.Recovered.YES));
            case Reply.Unsubscribed(var channel) -> json(Map.of("channel", channel));
            case Reply.Presence(var channel, var members, _) ->
                    json(members.stream().map(member -> member(channel, member)).toList());
            case Reply.History(_, var publications, _) ->
                    json(
                            publications.stream()
                                    .map(each -> JSON.readTree(each.content().data()))
                                    .toList());
            case Reply.Refreshed(var expiresAt) -> json(Map.of("expiresAt", expiresAt));
            case Reply.Inbox(var messages, var lost) -> json(inbox(messages, lost));
            case Reply.Connected _, Reply.Pong _ -> null;
        };
    }

    private static ObjectNode position(Position position) {
        return JSON.createObjectNode()
                .put("epoch", position.epoch())
                .put("offset", position.offset())
                .put("tag", position.tag());
    }

    private static ObjectNode channel(String name) {
        return JSON.createObjectNode().put("channel", name);
    }

    private static ObjectNode inbox(int messages, long lost) {
        return JSON.createObjectNode().put("messages", messages).put("lost", lost);
    }

    private static byte[] json(Object value) {
        return JSON.writeValueAsBytes(value);
    }
}

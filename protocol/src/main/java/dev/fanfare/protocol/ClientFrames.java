// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import dev.fanfare.protocol.ClientFrame.Connect;
import dev.fanfare.protocol.ClientFrame.History;
import dev.fanfare.protocol.ClientFrame.Inbox;
import dev.fanfare.protocol.ClientFrame.Ping;
import dev.fanfare.protocol.ClientFrame.Pong;
import dev.fanfare.protocol.ClientFrame.Presence;
import dev.fanfare.protocol.ClientFrame.Publish;
import dev.fanfare.protocol.ClientFrame.Refresh;
import dev.fanfare.protocol.ClientFrame.Send;
import dev.fanfare.protocol.ClientFrame.Subscribe;
import dev.fanfare.protocol.ClientFrame.Unsubscribe;
import org.jspecify.annotations.Nullable;

/// Reads and writes commands.
final class ClientFrames {
    private static final int MAX_NAME = 128;
    private static final int MAX_HISTORY = 1_000;
    private static final int DEFAULT_HISTORY = 100;
    private static final RawJson NULL = RawJson.of("null");

    private ClientFrames() {}

    static ClientFrame read(Fields fields) throws BadFrame {
        long id = fields.id();
        try {
            return read(id, fields);
        } catch (BadFrame bad) {
            throw bad.id(id);
        }
    }

    private static ClientFrame read(long id, Fields fields) throws BadFrame {
        return switch (fields.string("type")) {
            case "publish" ->
                    new Publish(
                            id,
                            fields.string("channel"),
                            fields.optionalName("event", MAX_NAME),
                            fields.optionalName("key", MAX_NAME),
                            fields.raw("data"));
            case "send" -> new Send(id, fields.name("handler", MAX_NAME), fields.raw("data"));
            case "pong" -> new Pong();
            case "ping" -> new Ping(id);
            case "subscribe" ->
                    new Subscribe(
                            id,
                            fields.string("channel"),
                            fields.optionalPosition("since"),
                            condition(fields.optionalRaw("filter")));
            case "unsubscribe" -> new Unsubscribe(id, fields.string("channel"));
            case "presence" ->
                    new Presence(id, fields.string("channel"), fields.optionalString("after"));
            case "inbox" -> new Inbox(id);
            case "history" -> history(id, fields);
            case "connect" ->
                    new Connect(
                            id,
                            (int) fields.integer("version", 1, Integer.MAX_VALUE),
                            fields.optionalString("token"));
            case "refresh" -> new Refresh(id, fields.string("token"));
            default ->
                    throw new BadFrame(
                            BadFrame.Code.UNKNOWN_COMMAND,
                            "type",
                            null,
                            "'type' is not a command.");
        };
    }

    private static @Nullable Condition condition(@Nullable RawJson json) throws BadFrame {
        return json == null || json.equals(NULL) ? null : Condition.parse(json);
    }

    private static History history(long id, Fields fields) throws BadFrame {
        long limit = DEFAULT_HISTORY;
        if (fields.has("limit")) {
            try {
                limit = fields.integer("limit", 1, MAX_HISTORY);
            } catch (BadFrame bad) {
                throw new BadFrame(bad.code(), "limit", "max-history", bad.message());
            }
        }
        return new History(
                id,
                fields.string("channel"),
                fields.optionalPosition("since"),
                fields.optionalPosition("before"),
                (int) limit,
                order(fields.optionalString("order")));
    }

    private static History.Order order(@Nullable String order) throws BadFrame {
        if (order == null || order.equals("oldest")) {
            return History.Order.OLDEST;
        }
        if (order.equals("newest")) {
            return History.Order.NEWEST;
        }
        throw BadFrame.field("order", "'order' must be 'oldest' or 'newest'.");
    }

    static byte[] write(ClientFrame frame) {
        JsonBuffer out = new JsonBuffer(Framing.NONE, 128);
        if (frame instanceof Publish publish) {
            head(out, "publish", publish.id())
                    .ascii(",\"channel\":")
                    .string(publish.channel())
                    .optional(",\"event\":", publish.event())
                    .optional(",\"key\":", publish.key())
                    .ascii(",\"data\":")
                    .raw(publish.data().utf8());
        } else if (frame instanceof Send send) {
            head(out, "send", send.id())
                    .ascii(",\"handler\":")
                    .string(send.handler())
                    .ascii(",\"data\":")
                    .raw(send.data().utf8());
        } else if (frame instanceof Subscribe subscribe) {
            channel(out, "subscribe", subscribe.id(), subscribe.channel());
            since(out, subscribe.since());
            if (subscribe.filter() != null) {
                ConditionWriter.write(out.ascii(",\"filter\":"), subscribe.filter());
            }
        } else if (frame instanceof Unsubscribe unsubscribe) {
            channel(out, "unsubscribe", unsubscribe.id(), unsubscribe.channel());
        } else if (frame instanceof Presence presence) {
            channel(out, "presence", presence.id(), presence.channel());
            out.optional(",\"after\":", presence.after());
        } else if (frame instanceof History history) {
            channel(out, "history", history.id(), history.channel());
            since(out, history.since());
            if (history.before() != null) {
                ServerFrames.position(out.ascii(",\"before\":"), history.before());
            }
            out.ascii(",\"limit\":").number(history.limit());
            out.ascii(
                    history.order() == History.Order.OLDEST
                            ? ",\"order\":\"oldest\""
                            : ",\"order\":\"newest\"");
        } else if (frame instanceof Connect connect) {
            head(out, "connect", connect.id())
                    .ascii(",\"version\":")
                    .number(connect.version())
                    .optional(",\"token\":", connect.token());
        } else if (frame instanceof Refresh refresh) {
            head(out, "refresh", refresh.id()).ascii(",\"token\":").string(refresh.token());
        } else if (frame instanceof Inbox inbox) {
            head(out, "inbox", inbox.id());
        } else {
            head(out, frame instanceof Ping ? "ping" : "pong", frame.id());
        }
        return out.ascii("}").frame();
    }

    private static JsonBuffer head(JsonBuffer out, String type, long id) {
        out.ascii("{\"type\":\"").ascii(type).ascii("\"");
        return id == 0 ? out : out.ascii(",\"id\":").number(id);
    }

    private static void channel(JsonBuffer out, String type, long id, String channel) {
        head(out, type, id).ascii(",\"channel\":").string(channel);
    }

    private static void since(JsonBuffer out, @Nullable Position since) {
        if (since != null) {
            ServerFrames.position(out.ascii(",\"since\":"), since);
        }
    }
}

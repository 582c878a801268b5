// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import dev.fanfare.protocol.ServerFrame.Answer;
import dev.fanfare.protocol.ServerFrame.Connected;
import dev.fanfare.protocol.ServerFrame.Disconnect;
import dev.fanfare.protocol.ServerFrame.Expiring;
import dev.fanfare.protocol.ServerFrame.Failed;
import dev.fanfare.protocol.ServerFrame.Gap;
import dev.fanfare.protocol.ServerFrame.History;
import dev.fanfare.protocol.ServerFrame.Inbox;
import dev.fanfare.protocol.ServerFrame.InboxByServer;
import dev.fanfare.protocol.ServerFrame.Joined;
import dev.fanfare.protocol.ServerFrame.Left;
import dev.fanfare.protocol.ServerFrame.Message;
import dev.fanfare.protocol.ServerFrame.Ping;
import dev.fanfare.protocol.ServerFrame.Pong;
import dev.fanfare.protocol.ServerFrame.Presence;
import dev.fanfare.protocol.ServerFrame.Publication;
import dev.fanfare.protocol.ServerFrame.Published;
import dev.fanfare.protocol.ServerFrame.Refreshed;
import dev.fanfare.protocol.ServerFrame.Refused;
import dev.fanfare.protocol.ServerFrame.Subscribed;
import dev.fanfare.protocol.ServerFrame.SubscribedByServer;
import dev.fanfare.protocol.ServerFrame.Unsubscribed;
import dev.fanfare.protocol.ServerFrame.UnsubscribedByServer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads and writes replies and pushes.
final class ServerFrames {
    private ServerFrames() {}

    static ServerFrame read(Fields fields) throws BadFrame {
        String type = fields.string("type");
        long id = fields.id();
        ServerFrame frame = id == 0 ? push(type, fields) : reply(type, id, fields);
        if (frame == null) {
            throw new BadFrame(BadFrame.Code.UNKNOWN_COMMAND, "type", null, "'type' is not known.");
        }
        return frame;
    }

    private static @Nullable ServerFrame reply(String type, long id, Fields fields)
            throws BadFrame {
        return switch (type) {
            case "connected" ->
                    new Connected(
                            id,
                            (int) fields.integer("version", 1, Integer.MAX_VALUE),
                            fields.string("session"),
                            fields.optionalString("user"),
                            fields.integerOr("expiresAt", 0),
                            fields.integer("pingInterval"));
            case "refreshed" -> new Refreshed(id, fields.integerOr("expiresAt", 0));
            case "subscribed" ->
                    new Subscribed(
                            id,
                            fields.string("channel"),
                            fields.position("position"),
                            recovered(fields));
            case "unsubscribed" -> new Unsubscribed(id, fields.string("channel"));
            case "published" -> new Published(id, fields.position("position"));
            case "reply" -> new Answer(id, fields.optionalRaw("data"));
            case "presence" ->
                    new Presence(
                            id,
                            fields.string("channel"),
                            members(fields),
                            fields.optionalString("after"));
            case "history" ->
                    new History(
                            id,
                            fields.string("channel"),
                            entries(fields),
                            fields.optionalPosition("next"));
            case "inbox" ->
                    new Inbox(
                            id,
                            (int) fields.integer("messages", 0, Integer.MAX_VALUE),
                            fields.integer("lost"));
            case "pong" -> new Pong(id);
            case "error" -> new Refused(id, problem(fields));
            default -> null;
        };
    }

    private static @Nullable ServerFrame push(String type, Fields fields) throws BadFrame {
        return switch (type) {
            case "publication" -> {
                Entry entry = entry(fields);
                yield new Publication(
                        fields.string("channel"),
                        fields.integerOr("prev", entry.offset() - 1),
                        entry);
            }
            case "join" -> new Joined(fields.string("channel"), member(fields.object("member")));
            case "leave" -> new Left(fields.string("channel"), member(fields.object("member")));
            case "message" ->
                    new Message(
                            fields.optionalString("event"),
                            fields.integer("time"),
                            fields.raw("data"));
            case "inbox" ->
                    new InboxByServer(
                            (int) fields.integer("messages", 0, Integer.MAX_VALUE),
                            fields.integer("lost"));
            case "gap" ->
                    new Gap(
                            fields.string("channel"),
                            fields.integer("from"),
                            fields.position("to"));
            case "subscribed" ->
                    new SubscribedByServer(fields.string("channel"), fields.position("position"));
            case "unsubscribed" ->
                    new UnsubscribedByServer(
                            fields.string("channel"),
                            fields.string("code"),
                            fields.string("message"));
            case "expiring" -> new Expiring(fields.integer("expiresAt"));
            case "ping" -> new Ping();
            case "disconnect" ->
                    new Disconnect(
                            (int) fields.integer("code", 1_000, 4_999),
                            fields.string("reason"),
                            fields.flag("reconnect"),
                            fields.integerOr("retryAfter", -1));
            case "error" -> new Failed(problem(fields));
            default -> null;
        };
    }

    private static Subscribed.Recovered recovered(Fields fields) throws BadFrame {
        if (!fields.has("recovered")) {
            return Subscribed.Recovered.NOT_ASKED;
        }
        return fields.flag("recovered") ? Subscribed.Recovered.YES : Subscribed.Recovered.NO;
    }

    private static Problem problem(Fields fields) throws BadFrame {
        return new Problem(
                fields.string("code"),
                fields.string("message"),
                fields.optionalString("field"),
                fields.optionalString("limit"),
                fields.integerOr("retryAfter", -1));
    }

    private static Entry entry(Fields fields) throws BadFrame {
        return new Entry(
                fields.integer("offset", 1, Fields.MAX_INTEGER),
                fields.string("tag"),
                fields.integer("time"),
                fields.optionalString("event"),
                fields.optionalString("publisher"),
                fields.raw("data"));
    }

    private static List<Entry> entries(Fields fields) throws BadFrame {
        List<Entry> entries = new ArrayList<>();
        for (Fields one : fields.objects("publications")) {
            entries.add(entry(one));
        }
        return List.copyOf(entries);
    }

    private static Member member(Fields fields) throws BadFrame {
        return new Member(fields.string("user"), fields.optionalRaw("info"));
    }

    private static List<Member> members(Fields fields) throws BadFrame {
        List<Member> members = new ArrayList<>();
        for (Fields one : fields.objects("members")) {
            members.add(member(one));
        }
        return List.copyOf(members);
    }

    static byte[] write(ServerFrame frame, Framing framing) {
        if (frame instanceof Publication publication) {
            return publication(publication, framing);
        }
        JsonBuffer out = new JsonBuffer(framing, 128);
        if (frame instanceof ServerFrame.Reply reply) {
            reply(out, reply);
        } else {
            push(out, (ServerFrame.Push) frame);
        }
        return out.ascii("}").frame();
    }

    /// The path of the fan-out: the length is known beforehand unless a name has to be escaped.
    private static byte[] publication(Publication publication, Framing framing) {
        Entry entry = publication.entry();
        boolean hole = publication.prev() != entry.offset() - 1;
        int length =
                "{'type':'publication','channel':'','offset':,'tag':'','time':,'data':}".length()
                        + publication.channel().length()
                        + JsonBuffer.digits(entry.offset())
                        + entry.tag().length()
                        + (hole ? ",'prev':".length() + JsonBuffer.digits(publication.prev()) : 0)
                        + JsonBuffer.digits(entry.time())
                        + optional(",'event':''", entry.event())
                        + optional(",'publisher':''", entry.publisher())
                        + entry.data().utf8().length;
        JsonBuffer out = new JsonBuffer(framing, length);
        out.ascii("{\"type\":\"publication\",\"channel\":").string(publication.channel());
        numbered(out.ascii(",\"offset\":"), entry);
        if (hole) {
            out.ascii(",\"prev\":").number(publication.prev());
        }
        content(out, entry);
        return out.ascii("}").frame();
    }

    private static int optional(String quoted, @Nullable String value) {
        return value == null ? 0 : quoted.length() + value.length();
    }

    private static void numbered(JsonBuffer out, Entry entry) {
        out.number(entry.offset()).ascii(",\"tag\":").string(entry.tag());
    }

    private static void content(JsonBuffer out, Entry entry) {
        out.ascii(",\"time\":")
                .number(entry.time())
                .optional(",\"event\":", entry.event())
                .optional(",\"publisher\":", entry.publisher())
                .ascii(",\"data\":")
                .raw(entry.data().utf8());
    }

    private static void reply(JsonBuffer out, ServerFrame.Reply reply) {
        if (reply instanceof Published published) {
            head(out, "published", published.id());
            position(out.ascii(",\"position\":"), published.position());
        } else if (reply instanceof Answer answer) {
            head(out, "reply", answer.id());
            if (answer.data() != null) {
                out.ascii(",\"data\":").raw(answer.data().utf8());
            }
        } else if (reply instanceof Subscribed subscribed) {
            head(out, "subscribed", subscribed.id());
            channel(out, subscribed.channel());
            position(out.ascii(",\"position\":"), subscribed.position());
            if (subscribed.recovered() != Subscribed.Recovered.NOT_ASKED) {
                out.ascii(",\"recovered\":");
                out.ascii(subscribed.recovered() == Subscribed.Recovered.YES ? "true" : "false");
            }
        } else if (reply instanceof Unsubscribed unsubscribed) {
            head(out, "unsubscribed", unsubscribed.id());
            channel(out, unsubscribed.channel());
        } else if (reply instanceof Presence presence) {
            head(out, "presence", presence.id());
            channel(out, presence.channel());
            members(out, presence.members());
            out.optional(",\"after\":", presence.after());
        } else if (reply instanceof History history) {
            head(out, "history", history.id());
            channel(out, history.channel());
            entries(out, history.publications());
            if (history.next() != null) {
                position(out.ascii(",\"next\":"), history.next());
            }
        } else if (reply instanceof Inbox inbox) {
            inbox(head(out, "inbox", inbox.id()), inbox.messages(), inbox.lost());
        } else if (reply instanceof Connected connected) {
            head(out, "connected", connected.id())
                    .ascii(",\"version\":")
                    .number(connected.version());
            out.ascii(",\"session\":").string(connected.session());
            out.optional(",\"user\":", connected.user());
            expires(out, connected.expiresAt());
            out.ascii(",\"pingInterval\":").number(connected.pingInterval());
        } else if (reply instanceof Refreshed refreshed) {
            head(out, "refreshed", refreshed.id());
            expires(out, refreshed.expiresAt());
        } else if (reply instanceof Refused refused) {
            head(out, "error", refused.id());
            problem(out, refused.problem());
        } else {
            head(out, "pong", ((Pong) reply).id());
        }
    }

    private static void push(JsonBuffer out, ServerFrame.Push push) {
        if (push instanceof Joined joined) {
            presence(out, "join", joined.channel(), joined.member());
        } else if (push instanceof Left left) {
            presence(out, "leave", left.channel(), left.member());
        } else if (push instanceof Message message) {
            head(out, "message", 0)
                    .optional(",\"event\":", message.event())
                    .ascii(",\"time\":")
                    .number(message.time())
                    .ascii(",\"data\":")
                    .raw(message.data().utf8());
        } else if (push instanceof InboxByServer inbox) {
            inbox(head(out, "inbox", 0), inbox.messages(), inbox.lost());
        } else if (push instanceof Gap gap) {
            channel(head(out, "gap", 0), gap.channel());
            position(out.ascii(",\"from\":").number(gap.from()).ascii(",\"to\":"), gap.to());
        } else if (push instanceof SubscribedByServer subscribed) {
            channel(head(out, "subscribed", 0), subscribed.channel());
            position(out.ascii(",\"position\":"), subscribed.position());
        } else if (push instanceof UnsubscribedByServer ended) {
            channel(head(out, "unsubscribed", 0), ended.channel());
            out.ascii(",\"code\":").string(ended.code());
            out.ascii(",\"message\":").string(ended.message());
        } else if (push instanceof Expiring expiring) {
            head(out, "expiring", 0).ascii(",\"expiresAt\":").number(expiring.expiresAt());
        } else if (push instanceof Disconnect disconnect) {
            head(out, "disconnect", 0).ascii(",\"code\":").number(disconnect.code());
            out.ascii(",\"reason\":").string(disconnect.reason());
            out.ascii(disconnect.reconnect() ? ",\"reconnect\":true" : ",\"reconnect\":false");
            retryAfter(out, disconnect.retryAfter());
        } else if (push instanceof Failed failed) {
            head(out, "error", 0);
            problem(out, failed.problem());
        } else {
            head(out, "ping", 0);
        }
    }

    private static JsonBuffer head(JsonBuffer out, String type, long id) {
        out.ascii("{\"type\":\"").ascii(type).ascii("\"");
        return id == 0 ? out : out.ascii(",\"id\":").number(id);
    }

    private static void channel(JsonBuffer out, String channel) {
        out.ascii(",\"channel\":").string(channel);
    }

    static void position(JsonBuffer out, Position position) {
        out.ascii("{\"epoch\":").string(position.epoch());
        out.ascii(",\"offset\":").number(position.offset());
        out.ascii(",\"tag\":").string(position.tag()).ascii("}");
    }

    private static void presence(JsonBuffer out, String type, String channel, Member member) {
        channel(head(out, type, 0), channel);
        member(out.ascii(",\"member\":"), member);
    }

    private static void member(JsonBuffer out, Member member) {
        out.ascii("{\"user\":").string(member.user());
        if (member.info() != null) {
            out.ascii(",\"info\":").raw(member.info().utf8());
        }
        out.ascii("}");
    }

    private static void members(JsonBuffer out, List<Member> members) {
        String separator = ",\"members\":[";
        for (Member member : members) {
            member(out.ascii(separator), member);
            separator = ",";
        }
        out.ascii(members.isEmpty() ? ",\"members\":[]" : "]");
    }

    private static void entries(JsonBuffer out, List<Entry> entries) {
        String separator = ",\"publications\":[";
        for (Entry entry : entries) {
            numbered(out.ascii(separator).ascii("{\"offset\":"), entry);
            content(out, entry);
            out.ascii("}");
            separator = ",";
        }
        out.ascii(entries.isEmpty() ? ",\"publications\":[]" : "]");
    }

    private static void inbox(JsonBuffer out, int messages, long lost) {
        out.ascii(",\"messages\":").number(messages).ascii(",\"lost\":").number(lost);
    }

    private static void expires(JsonBuffer out, long at) {
        if (at != 0) {
            out.ascii(",\"expiresAt\":").number(at);
        }
    }

    private static void problem(JsonBuffer out, Problem problem) {
        out.ascii(",\"code\":").string(problem.code());
        out.ascii(",\"message\":").string(problem.message());
        out.optional(",\"field\":", problem.field()).optional(",\"limit\":", problem.limit());
        retryAfter(out, problem.retryAfter());
    }

    private static void retryAfter(JsonBuffer out, long millis) {
        if (millis >= 0) {
            out.ascii(",\"retryAfter\":").number(millis);
        }
    }
}

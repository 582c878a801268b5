// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import dev.fanfare.core.Command;
import dev.fanfare.core.Push;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Reply;
import dev.fanfare.engine.Content;
import dev.fanfare.protocol.JsonText;
import dev.fanfare.server.Dialect;
import dev.fanfare.server.TextFrame;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Flat JSON in both directions: every frame is one object, `{"type":"message_type", ...other
/// properties}`.
///
/// A client's object is a message to the handler that its `type` names. A publication or message
/// with an event is the event as `type`, and the properties of its data beside it; one without is
/// its data, verbatim.
///
/// @param plainText the type of a text that is not a JSON object, which becomes its `content`; null
///   refuses such a text
/// @param stamped the events whose publications are given a `timestamp`, the time of their append
///   in ISO 8601
public record FlatDialect(@Nullable String plainText, Set<String> stamped) implements Dialect {
    private static final int MOST_TYPE = 64;

    public FlatDialect {
        stamped = Set.copyOf(stamped);
    }

    // ---- what clients send

    @Override
    public Command decode(byte[] text) {
        String plain = plainText;
        if (plain == null) {
            return object(text);
        }
        int first = 0;
        while (first < text.length && text[first] <= ' ' && text[first] >= 0) {
            first++;
        }
        if (first == text.length || text[first] != '{') {
            return plain(plain, text);
        }
        Command command = object(text);
        return first > 0 && command instanceof Command.Malformed ? plain(plain, text) : command;
    }

    private static Command plain(String type, byte[] text) {
        Map<String, String> message = new LinkedHashMap<>();
        message.put("type", type);
        message.put("content", new String(text, StandardCharsets.UTF_8));
        return new Command.Send(0, type, Json.write(message));
    }

    private static Command object(byte[] text) {
        String problem = JsonText.problemOfUtf8(text);
        if (problem != null) {
            return malformed(null, "The message " + problem + ".");
        }
        try (JsonParser parser = Json.parser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return malformed(null, "A message is a JSON object with a type.");
            }
            String type = null;
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean names = parser.currentName().equals("type");
                JsonToken value = parser.nextToken();
                if (names && value == JsonToken.VALUE_STRING) {
                    type = parser.getString();
                }
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                return malformed(null, "A message is one JSON object; something follows it.");
            }
            if (type == null || type.isEmpty() || type.length() > MOST_TYPE) {
                return malformed(
                        "type", "A message needs a type of 1 to " + MOST_TYPE + " characters.");
            }
            return new Command.Send(0, type, text);
        } catch (JacksonException e) {
            return malformed(null, "The message is not valid JSON, or is nested too deeply.");
        }
    }

    private static Command malformed(@Nullable String field, String problem) {
        return new Command.Malformed(
                0, new Refusal(Refusal.Code.BAD_REQUEST, problem, field, null, -1));
    }

    // ---- what clients are sent

    @Override
    public byte @Nullable [] push(Push push) {
        return switch (push) {
            case Push.Delivery(_, var publication, _) -> {
                String event = publication.content().event();
                yield event != null && stamped.contains(event)
                        ? TextFrame.of(stamp(flat(publication.content()), publication.time()))
                        : TextFrame.of(flat(publication.content()));
            }
            case Push.Message(Content content, _) -> TextFrame.of(flat(content));
            case Push.Joined(_, var member) -> TextFrame.of(user("user_joined", member.info()));
            case Push.Left(_, var member) -> TextFrame.of(user("user_left", member.info()));
            case Push.Failed(Refusal refusal) -> TextFrame.of(error(refusal));
            case Push.Unsubscribed(_, Refusal reason) -> TextFrame.of(error(reason));
            // The apps' channels cut who falls behind, or promise the latest: there is no gap to
            // tell.
            case Push.Gap _ -> null;
            // No app of this dialect opens a session's inbox.
            case Push.Inbox _ -> null;
            case Push.Subscribed _, Push.Expiring _, Push.Ping _, Push.Disconnect _ -> null;
        };
    }

    @Override
    public byte @Nullable [] reply(long id, Reply reply) {
        return reply instanceof Reply.Refused(Refusal refusal)
                ? TextFrame.of(error(refusal))
                : null;
    }

    /// The event as `type`, with the data's properties, or with `data` where it has none.
    private static byte[] flat(Content content) {
        String event = content.event();
        byte[] data = content.data();
        if (event == null) {
            return data;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(data.length + event.length() + 16);
        out.writeBytes(ascii("{\"type\":"));
        out.writeBytes(Json.write(event));
        if (data.length >= 2 && data[0] == '{') {
            if (data[1] != '}') {
                out.write(',');
            }
            out.write(data, 1, data.length - 1);
        } else {
            out.writeBytes(ascii(",\"data\":"));
            out.writeBytes(data);
            out.write('}');
        }
        return out.toByteArray();
    }

    private static byte[] stamp(byte[] object, long time) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(object.length + 48);
        out.write(object, 0, object.length - 1);
        out.writeBytes(ascii(",\"timestamp\":\"" + Instant.ofEpochMilli(time) + "\"}"));
        return out.toByteArray();
    }

    private static byte[] user(String type, byte[] info) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(info.length + 40);
        out.writeBytes(ascii("{\"type\":\"" + type + "\",\"user\":"));
        out.writeBytes(info.length == 0 ? ascii("null") : info);
        out.write('}');
        return out.toByteArray();
    }

    private static byte[] error(Refusal refusal) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("type", "error");
        error.put("message", refusal.message());
        error.put("code", refusal.code().wire());
        if (refusal.retryAfter() >= 0) {
            error.put("retryAfter", refusal.retryAfter());
        }
        return Json.write(error);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

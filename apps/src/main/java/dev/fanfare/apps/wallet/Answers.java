// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import dev.fanfare.apps.Json;
import dev.fanfare.core.Push;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Reply;
import dev.fanfare.engine.Clock;
import dev.fanfare.engine.Content;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What clients are answered and sent, as JSON, whichever transport it goes by.
///
/// @param clock for the timestamp of what no publication gives one to
record Answers(Clock clock) {
    private static final byte[] DONE = ascii("{\"success\":true}");
    private static final byte[] RECOVERED = ascii("{\"success\":true,\"recovered\":true}");
    private static final byte[] NOT_RECOVERED = ascii("{\"success\":true,\"recovered\":false}");

    /// Null for what has no answer.
    byte @Nullable [] reply(Reply reply) {
        return switch (reply) {
            case Reply.Subscribed(_, _, Reply.Recovered recovered) ->
                    switch (recovered) {
                        case NOT_ASKED -> DONE;
                        case YES -> RECOVERED;
                        case NO -> NOT_RECOVERED;
                    };
            case Reply.Unsubscribed _ -> DONE;
            case Reply.Pong _ -> ascii("{\"type\":\"pong\",\"timestamp\":" + clock.millis() + "}");
            case Reply.Refused(Refusal refusal) -> refused(refusal);
            case Reply.Connected _, Reply.Refreshed _, Reply.Published _ -> null;
            case Reply.Answer _, Reply.Presence _, Reply.History _, Reply.Inbox _ -> null;
        };
    }

    /// Subscribing twice, and unsubscribing from what was not subscribed, leave what was wanted. A
    /// refused channel is told by its code alone; what is refused for another reason is told why.
    private static byte[] refused(Refusal refusal) {
        if (refusal.code() == Refusal.Code.ALREADY_SUBSCRIBED
                || refusal.code() == Refusal.Code.NOT_SUBSCRIBED) {
            return DONE;
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("success", false);
        answer.put("error", error(refusal.code()));
        if (!"channel".equals(refusal.field())) {
            answer.put("message", refusal.message());
        }
        if (refusal.retryAfter() >= 0) {
            answer.put("retryAfter", refusal.retryAfter());
        }
        return Json.write(answer);
    }

    private static String error(Refusal.Code code) {
        return switch (code) {
            case BAD_REQUEST, UNKNOWN_COMMAND, UNKNOWN_HANDLER, UNKNOWN_CHANNEL -> "invalid";
            case PERMISSION_DENIED, INVALID_TOKEN, TOKEN_EXPIRED, NOT_CONNECTED -> "unauthorized";
            case TOO_MANY_REQUESTS -> "rate_limited";
            case MESSAGE_TOO_LARGE,
                    UNSUPPORTED_VERSION,
                    ALREADY_CONNECTED,
                    ALREADY_SUBSCRIBED,
                    NOT_SUBSCRIBED,
                    NOT_ENABLED,
                    LIMIT_EXCEEDED,
                    CONFLICT,
                    UNAVAILABLE,
                    INTERNAL ->
                    code.wire();
        };
    }

    /// Null for what is not sent.
    byte @Nullable [] push(Push push) {
        return switch (push) {
            case Push.Delivery(_, var publication, _) ->
                    envelope(push, publication.content().data(), publication.time());
            case Push.Message(Content content, long time) -> envelope(push, content.data(), time);
            case Push.Gap(String channel, _, _) -> told(push, Map.of("channel", channel));
            case Push.Inbox(_, long lost) ->
                    lost == 0 ? null : told(push, Map.of("channel", WalletChannels.NOTIFICATIONS));
            case Push.Unsubscribed(String channel, Refusal reason) ->
                    told(push, Map.of("channel", channel, "error", error(reason.code())));
            case Push.Failed(Refusal refusal) ->
                    told(
                            push,
                            Map.of("error", error(refusal.code()), "message", refusal.message()));
            case Push.Joined _, Push.Left _, Push.Subscribed _ -> null;
            case Push.Expiring _, Push.Ping _, Push.Disconnect _ -> null;
        };
    }

    /// What the envelope has as its type; empty for what is not sent.
    static String type(Push push) {
        return switch (push) {
            case Push.Delivery(String channel, var publication, _) ->
                    event(publication.content(), channel);
            case Push.Message(Content content, _) -> event(content, WalletChannels.NOTIFICATIONS);
            case Push.Gap _, Push.Inbox _ -> "gap";
            case Push.Unsubscribed _ -> "unsubscribed";
            case Push.Failed _ -> "error";
            case Push.Joined _, Push.Left _, Push.Subscribed _ -> "";
            case Push.Expiring _, Push.Ping _, Push.Disconnect _ -> "";
        };
    }

    private static String event(Content content, String otherwise) {
        String event = content.event();
        return event == null ? otherwise : event;
    }

    private byte[] told(Push push, Map<String, String> payload) {
        return envelope(push, Json.write(payload), clock.millis());
    }

    /// `{"type":...,"payload":...,"timestamp":...}`.
    private static byte[] envelope(Push push, byte[] payload, long time) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + 96);
        out.writeBytes(ascii("{\"type\":"));
        out.writeBytes(Json.write(type(push)));
        out.writeBytes(ascii(",\"payload\":"));
        out.writeBytes(payload);
        out.writeBytes(ascii(",\"timestamp\":" + time + "}"));
        return out.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

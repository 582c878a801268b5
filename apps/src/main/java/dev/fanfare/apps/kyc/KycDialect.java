// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import dev.fanfare.apps.FlatDialect;
import dev.fanfare.apps.Json;
import dev.fanfare.core.Command;
import dev.fanfare.core.Push;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Reply;
import dev.fanfare.engine.Content;
import dev.fanfare.server.Dialect;
import dev.fanfare.server.TextFrame;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The two frames of the status server, `{"type":"kyc_status","data":{...}}` and
/// `{"type":"error","message":"..."}`, and its clients' one: `{"type":"subscribe","userId":"..."}`.
///
/// Every error that clients are told is logged.
final class KycDialect implements Dialect {
    private static final Logger LOG = LoggerFactory.getLogger(KycDialect.class);

    /// Events: the data is an object, or a text.
    private static final String STATUS = "kyc_status";

    private static final String ERROR = "error";

    private static final byte[] STATUS_HEAD = ascii("{\"type\":\"kyc_status\",\"data\":");
    private static final byte[] ERROR_HEAD = ascii("{\"type\":\"error\",\"message\":");
    private static final byte[] END = ascii("}");

    private final FlatDialect flat = new FlatDialect(null, Set.of());

    /// @param data a JSON object
    static Content status(byte[] data) {
        return Content.of(STATUS, data);
    }

    static Content error(String message) {
        LOG.info("clients are told: {}", message);
        return Content.of(ERROR, Json.write(message));
    }

    @Override
    public Command decode(byte[] text) {
        Command command = flat.decode(text);
        return command instanceof Command.Send(_, String type, _)
                        && !type.equals(SubscribeHandler.TYPE)
                ? new Command.Malformed(
                        0,
                        Refusal.field(
                                Refusal.Code.UNKNOWN_HANDLER,
                                "type",
                                "The type is unknown: a client sends subscribe."))
                : command;
    }

    @Override
    public byte @Nullable [] push(Push push) {
        return switch (push) {
            case Push.Delivery(_, var publication, _) -> frame(publication.content());
            case Push.Message(Content content, _) -> frame(content);
            case Push.Failed(Refusal refusal) -> refused(refusal);
            case Push.Gap _ -> frame(error("Updates were lost."));
            case Push.Unsubscribed _, Push.Subscribed _, Push.Joined _, Push.Left _ -> null;
            case Push.Inbox _, Push.Expiring _, Push.Ping _, Push.Disconnect _ -> null;
        };
    }

    @Override
    public byte @Nullable [] reply(long id, Reply reply) {
        return reply instanceof Reply.Refused(Refusal refusal) ? refused(refusal) : null;
    }

    private static byte[] refused(Refusal refusal) {
        return frame(error(refusal.message()));
    }

    private static byte[] frame(Content content) {
        return TextFrame.of(
                ERROR.equals(content.event()) ? ERROR_HEAD : STATUS_HEAD, content.data(), END);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import dev.fanfare.apps.Json;
import dev.fanfare.core.Command;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Push;
import dev.fanfare.core.Refusal;
import dev.fanfare.core.Reply;
import dev.fanfare.server.Dialect;
import dev.fanfare.server.TextFrame;
import org.jspecify.annotations.Nullable;

/// The gateway's events on plain WebSocket: an event is the `type` of a JSON object, and its body
/// the rest of it; an object without a type is a subscribe. Answers come in the order of what they
/// answer, as long as the engine answers at once.
record PlainDialect(Answers answers) implements Dialect {
    /// Replies are matched by nothing, but a command without an id would have none.
    private static final long ANSWERED = 1;

    private record Message(@Nullable String type, @Nullable Object channel) {}

    @Override
    public Command decode(byte[] text) {
        try {
            Message message = Json.read(text, Message.class);
            String type = message.type();
            if (type == null) {
                return message.channel() == null
                        ? malformed("type", "A message needs a type, or a channel.")
                        : Requests.command(ANSWERED, Requests.SUBSCRIBE, text);
            }
            return Requests.command(ANSWERED, type, text);
        } catch (InvalidMessage invalid) {
            return new Command.Malformed(0, invalid.refusal());
        }
    }

    private static Command malformed(String field, String problem) {
        return new Command.Malformed(0, Refusal.field(Refusal.Code.BAD_REQUEST, field, problem));
    }

    @Override
    public byte @Nullable [] push(Push push) {
        return frame(answers.push(push));
    }

    @Override
    public byte @Nullable [] reply(long id, Reply reply) {
        return frame(answers.reply(reply));
    }

    private static byte @Nullable [] frame(byte @Nullable [] json) {
        return json == null ? null : TextFrame.of(json);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import dev.fanfare.apps.Json;
import dev.fanfare.core.Command;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Refusal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a client's events ask for, whichever transport they came by.
final class Requests {
    static final String SUBSCRIBE = "subscribe";
    static final String UNSUBSCRIBE = "unsubscribe";
    static final String PING = "ping";

    private Requests() {}

    /// The body of a subscribe or unsubscribe.
    ///
    /// @param since the timestamp of the last message that the client has, or null
    record Body(@Nullable String channel, @Nullable Long since) {}

    /// What is asked of [Return].
    record Resume(long id, String channel, long since) {}

    /// @param id what the reply is matched by
    /// @param event `subscribe`, `unsubscribe` or `ping`
    /// @param body the event's JSON
    static Command command(long id, String event, byte[] body) {
        return switch (event) {
            case SUBSCRIBE -> subscribe(id, body);
            case UNSUBSCRIBE ->
                    channel(body)
                            .map(channel -> unsubscribe(id, channel))
                            .orElseGet(() -> invalid(id));
            case PING -> new Command.Ping(id);
            default ->
                    new Command.Malformed(
                            id,
                            Refusal.field(
                                    Refusal.Code.BAD_REQUEST,
                                    "type",
                                    "A message is one of subscribe, unsubscribe and ping."));
        };
    }

    private static Command subscribe(long id, byte[] body) {
        try {
            Body asked = Json.read(body, Body.class);
            Optional<String> channel = channel(asked);
            Long since = asked.since();
            if (channel.isEmpty() || (since != null && since < 0)) {
                return invalid(id);
            }
            if (channel.get().equals(WalletChannels.NOTIFICATIONS)) {
                return new Notifications.Wanted(id, Notifications.Deed.SUBSCRIBE).command();
            }
            return since == null
                    ? new Command.Subscribe(id, channel.get(), null)
                    : new Command.Send(
                            0, SUBSCRIBE, Json.write(new Resume(id, channel.get(), since)));
        } catch (InvalidMessage _) {
            return invalid(id);
        }
    }

    private static Command unsubscribe(long id, String channel) {
        return channel.equals(WalletChannels.NOTIFICATIONS)
                ? new Notifications.Wanted(id, Notifications.Deed.UNSUBSCRIBE).command()
                : new Command.Unsubscribe(id, channel);
    }

    private static Optional<String> channel(byte[] body) {
        try {
            return channel(Json.read(body, Body.class));
        } catch (InvalidMessage _) {
            return Optional.empty();
        }
    }

    private static Optional<String> channel(Body asked) {
        return Optional.ofNullable(asked.channel()).flatMap(WalletChannels::named);
    }

    private static Command invalid(long id) {
        return new Command.Malformed(
                id,
                Refusal.field(
                        Refusal.Code.BAD_REQUEST, "channel", "There is no channel of that name."));
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import dev.fanfare.apps.Json;
import dev.fanfare.core.Command;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.MessageHandler;
import dev.fanfare.core.Session;
import org.jspecify.annotations.Nullable;

/// Subscribing `notifications` is to take what is sent to the session's user, and first what has
/// waited. It is a channel besides, so that it counts and is found as any other.
final class Notifications implements MessageHandler {
    /// What is done about it.
    enum Deed {
        SUBSCRIBE,
        UNSUBSCRIBE
    }

    /// @param id what the reply is matched by
    record Wanted(long id, Deed deed) {
        Command command() {
            return new Command.Send(0, WalletChannels.NOTIFICATIONS, Json.write(this));
        }
    }

    /// So that answers keep their order.
    @Override
    public Where where() {
        return Where.INLINE;
    }

    @Override
    public byte @Nullable [] handle(Session session, byte[] data) throws InvalidMessage {
        Wanted wanted = Json.read(data, Wanted.class);
        switch (wanted.deed()) {
            case SUBSCRIBE -> {
                session.perform(
                        new Command.Subscribe(wanted.id(), WalletChannels.NOTIFICATIONS, null));
                open(session);
            }
            case UNSUBSCRIBE -> {
                session.closeInbox();
                session.perform(new Command.Unsubscribe(wanted.id(), WalletChannels.NOTIFICATIONS));
            }
        }
        return null;
    }

    /// Takes what is sent to the user, if the session has subscribed to it.
    static void open(Session session) {
        session.subscriptions()
                .thenAccept(channels -> {
                    if (channels.contains(WalletChannels.NOTIFICATIONS)) {
                        session.openInbox();
                    }
                });
    }
}

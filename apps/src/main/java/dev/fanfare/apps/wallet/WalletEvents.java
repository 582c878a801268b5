// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import dev.fanfare.core.Command;
import dev.fanfare.core.Push;
import dev.fanfare.core.Reply;
import dev.fanfare.socketio.Event;
import dev.fanfare.socketio.Events;
import org.jspecify.annotations.Nullable;

/// The gateway's events on Socket.IO: an answer is the ack, and a push is the event of its `type`.
record WalletEvents(Answers answers) implements Events {
    @Override
    public Command command(long id, Event event) {
        return Requests.command(id, event.name(), event.data());
    }

    @Override
    public @Nullable Event push(Push push) {
        byte[] json = answers.push(push);
        return json == null ? null : new Event(Answers.type(push), json);
    }

    @Override
    public byte @Nullable [] answer(Reply reply) {
        return answers.reply(reply);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Command;
import dev.fanfare.core.Push;
import dev.fanfare.core.Reply;
import org.jspecify.annotations.Nullable;

/// How the events of a namespace, and the commands, replies and pushes of the hub stand for each
/// other. An app with an envelope of its own brings its own; [PlainEvents] is for those that have
/// none, and for what they leave to it.
///
/// Called from any thread, sometimes under a channel's lock: quick, without blocking, without
/// calling the hub, and the same for every session.
public interface Events {
    /// What a client's event asks for; by default it is a message to the handler of its name.
    ///
    /// @param id for the command; 0 when the client wants no ack
    default Command command(long id, Event event) {
        return new Command.Send(id, event.name(), event.data());
    }

    /// The event that a client is sent, or null for none. A publication's comes with the event name
    /// it was published under, else with its channel's name.
    @Nullable Event push(Push push);

    /// The arguments of an ack as the hub has them ([Event#data]), or null for an ack without any.
    byte @Nullable [] answer(Reply reply);
}

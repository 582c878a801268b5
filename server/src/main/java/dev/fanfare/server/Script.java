// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Close;
import dev.fanfare.core.Command;
import dev.fanfare.core.Encoder;
import dev.fanfare.core.Push;
import dev.fanfare.core.Reply;
import dev.fanfare.core.Session;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the client of one exchange has to say: `connect`, and the rest once that has succeeded. It
/// encodes what its own session is sent, and so sees what has been answered. On the session's loop
/// only.
final class Script implements Encoder {
    private static final Logger LOG = LoggerFactory.getLogger(Script.class);

    private final Encoder wire;

    /// What is to be said yet.
    private List<Command> commands;

    private Stage stage = Stage.OUTSIDE;

    /// Replies that are still to come.
    private int owed;

    /// Bytes of frames that are no news.
    private long quiet;

    private boolean news;

    /// Whether the session was told why it ends.
    private boolean parted;

    private enum Stage {
        /// Only `connect` is said.
        OUTSIDE,
        /// The session has got in, and all is said.
        INSIDE
    }

    /// @param wire encodes what many are sent
    /// @param commands the first of them is to be `connect`
    Script(Encoder wire, List<Command> commands) {
        this.wire = wire;
        this.commands = commands;
        for (Command command : commands) {
            owed += command.id() == 0 ? 0 : 1;
        }
    }

    /// What this exchange's session shares with others is encoded by this.
    Encoder wire() {
        return wire;
    }

    void begin(Session session) {
        session.receive(commands.getFirst());
    }

    /// Says the rest, once the session is connected.
    void proceed(Session session) {
        if (stage == Stage.OUTSIDE && session.connected()) {
            stage = Stage.INSIDE;
            List<Command> rest = commands.subList(1, commands.size());
            commands = List.of();
            try {
                rest.forEach(session::receive);
            } catch (RuntimeException e) {
                // This comes out of a turn, which is others' too.
                LOG.error("an exchange failed, session={}", session.id(), e);
                session.disconnect(Close.INTERNAL);
            }
        }
    }

    /// Whether its session has got in.
    boolean inside() {
        return stage == Stage.INSIDE;
    }

    /// Whether everything has been said and answered.
    boolean answered() {
        return stage == Stage.INSIDE && owed <= 0;
    }

    /// Whether the client learns something from what was written.
    ///
    /// @param written bytes
    boolean news(long written) {
        return news || written > quiet;
    }

    /// The last frame, unless it has been sent.
    byte @Nullable [] parting(Close close) {
        return parted ? null : push(new Push.Disconnect(close));
    }

    @Override
    public byte @Nullable [] push(Push push) {
        return switch (push) {
            // The transport has a heartbeat that needs no answer.
            case Push.Ping _ -> null;
            case Push.Disconnect _ -> {
                parted = true;
                yield wire.push(push);
            }
            case Push.Delivery _,
                    Push.Joined _,
                    Push.Left _,
                    Push.Message _,
                    Push.Inbox _,
                    Push.Gap _,
                    Push.Subscribed _,
                    Push.Unsubscribed _,
                    Push.Expiring _,
                    Push.Failed _ ->
                    wire.push(push);
        };
    }

    @Override
    public byte @Nullable [] reply(long id, Reply reply) {
        byte[] frame = wire.reply(id, reply);
        if (id != 0) {
            owed--;
        }
        if (!known(reply)) {
            news = true;
        } else if (frame != null) {
            quiet += frame.length;
        }
        return frame;
    }

    /// Whether the client knew it before.
    private static boolean known(Reply reply) {
        return switch (reply) {
            case Reply.Connected _ -> true;
            case Reply.Subscribed(_, _, var recovered) -> recovered == Reply.Recovered.YES;
            case Reply.Inbox(var messages, var lost) -> messages == 0 && lost == 0;
            case Reply.Refreshed _,
                    Reply.Unsubscribed _,
                    Reply.Published _,
                    Reply.Answer _,
                    Reply.Presence _,
                    Reply.History _,
                    Reply.Pong _,
                    Reply.Refused _ ->
                    false;
        };
    }
}

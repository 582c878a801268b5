// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import dev.fanfare.apps.Json;
import dev.fanfare.apps.Since;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.Command;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.MessageHandler;
import dev.fanfare.core.Rulebook;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Clock;
import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Position;
import org.jspecify.annotations.Nullable;

/// A subscribe with the timestamp of the last message that the client has. The timestamp becomes a
/// position, and from there it is a subscribe like any other, with everything that the hub promises
/// about one.
///
/// What may be lost is told (`recovered: false`).
final class Return implements MessageHandler {
    private final Since returning;

    Return(Clock clock) {
        this.returning = Since.on(clock);
    }

    /// So that answers keep their order; a memory engine's history is there at once.
    @Override
    public Where where() {
        return Where.INLINE;
    }

    @Override
    public byte @Nullable [] handle(Session session, byte[] data) throws InvalidMessage {
        Requests.Resume asked = Json.read(data, Requests.Resume.class);
        Rulebook.Match match = session.endpoint().rules().match(asked.channel());
        if (match == null
                || !match.rules().subscribe().allows(session.principal(), match.captures())) {
            session.perform(new Command.Subscribe(asked.id(), asked.channel(), null));
            return null;
        }
        ChannelRules rules = match.rules();
        HistoryQuery all = HistoryQuery.latest(rules.retention().size());
        session.channel(asked.channel())
                .history(all)
                .whenComplete((history, failure) -> {
                    Position from =
                            failure == null && history instanceof History.Entries kept
                                    ? returning.after(kept, asked.since(), rules)
                                    : Since.NOWHERE;
                    session.perform(new Command.Subscribe(asked.id(), asked.channel(), from));
                });
        return null;
    }
}

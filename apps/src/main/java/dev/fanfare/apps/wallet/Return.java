// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import dev.fanfare.apps.Json;
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
import dev.fanfare.engine.Publication;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A subscribe with the timestamp of the last message that the client has. The timestamp becomes a
/// position, and from there it is a subscribe like any other, with everything that the hub promises
/// about one.
///
/// A timestamp names one entry of a channel ([Publication#time]), so what the client has is told
/// apart from what it has not; any other time stands between two entries. What may be lost is told
/// (`recovered: false`): when the time is from before this node ran, or older than what is kept.
final class Return implements MessageHandler {
    /// A position that no history has.
    private static final Position NOWHERE = new Position("", 0, "");

    private final Clock clock;
    private final long startedAt;

    Return(Clock clock) {
        this.clock = clock;
        this.startedAt = clock.millis();
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
                                    ? after(kept, asked.since(), rules)
                                    : NOWHERE;
                    session.perform(new Command.Subscribe(asked.id(), asked.channel(), from));
                });
        return null;
    }

    private Position after(History.Entries kept, long since, ChannelRules rules) {
        List<Publication> entries = kept.publications();
        String epoch = kept.top().epoch();
        if (rules.lagging() == ChannelRules.Lagging.LATEST) {
            return latest(entries, since, kept.top());
        }
        for (Publication entry : entries) {
            if (entry.time() == since) {
                return entry.position(epoch);
            }
        }
        if (since < Math.max(startedAt, clock.millis() - rules.retention().age().toMillis())) {
            return NOWHERE;
        }
        // The latest comes first: the last of these is the first that the client has not.
        List<Publication> missed =
                entries.stream().takeWhile(entry -> entry.time() > since).toList();
        if (missed.isEmpty()) {
            return kept.top();
        }
        Publication first = missed.getLast();
        boolean cut = missed.size() == entries.size() && first.offset() > 1;
        return cut ? NOWHERE : new Position(epoch, first.offset() - 1, first.previousTag());
    }

    /// Such a channel promises the latest, and nothing of what was before it.
    private static Position latest(List<Publication> entries, long since, Position top) {
        if (entries.isEmpty() || entries.getFirst().time() <= since) {
            return top;
        }
        Publication latest = entries.getFirst();
        return new Position(top.epoch(), latest.offset() - 1, latest.previousTag());
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import dev.fanfare.core.ChannelRules;
import dev.fanfare.engine.Clock;
import dev.fanfare.engine.History;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import java.util.List;

/// Where in a channel a client stands that knows no position, only the timestamp of the last
/// message that it has.
///
/// A timestamp names one entry of a channel ([Publication#time]), so what the client has is told
/// apart from what it has not; any other time stands between two entries. A time from before this
/// node ran, or older than what is kept, stands nowhere.
///
/// @param startedAt when this node began to run, milliseconds since 1970
public record Since(Clock clock, long startedAt) {
    /// A position that no history has.
    public static final Position NOWHERE = new Position("", 0, "");

    /// For a node that begins to run now.
    public static Since on(Clock clock) {
        return new Since(clock, clock.millis());
    }

    /// @param kept of the channel, the latest first
    /// @param since the timestamp, milliseconds since 1970
    /// @return where to resume, or [#NOWHERE] when something after it may be lost
    public Position after(History.Entries kept, long since, ChannelRules rules) {
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

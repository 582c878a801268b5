// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Content;
import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// How a [Recovery] goes on in a channel that promises no more than the newest of each key
/// ([ChannelRules.Lagging#LATEST]): of what was missed, the log's or the history's, that is written
/// and nothing else. On the session's loop.
final class Latest {
    private final Recovery recovery;
    private final Cursor cursor;
    private final Subscription subscription;

    Latest(Recovery recovery) {
        this.recovery = recovery;
        this.cursor = recovery.cursor();
        this.subscription = recovery.subscription();
    }

    /// @return whether there is nothing more to do now
    boolean step() {
        List<Publication> missed;
        Position end;
        synchronized (subscription.channel()) {
            Leg leg = subscription.leg();
            long next = leg.next();
            long index = cursor.find();
            if (index == FrameLog.AHEAD || index >= next) {
                return index == next ? recovery.arrived() : true;
            }
            missed = leg.view().log().publications(index, next);
            end = leg.position();
        }
        if (missed == null) {
            recovery.ask(HistoryQuery.since(cursor.at(), Recovery.PAGE), this::since);
        } else {
            conflate(missed, end);
        }
        return true;
    }

    private void since(History history) {
        switch (history) {
            case History.Entries(var publications, _) ->
                    conflate(cursor.passing(publications), cursor.behind(publications));
            case History.Broken _ -> recovery.ask(HistoryQuery.latest(Recovery.PAGE), this::anew);
        }
    }

    /// What the client has is not in the history any more: a gap, and then the newest of each key
    /// that is.
    private void anew(History history) {
        if (history instanceof History.Entries(var publications, Position top)
                && !publications.isEmpty()) {
            Position end = publications.getFirst().position(top.epoch());
            List<Publication> kept = newest(cursor.passing(publications.reversed()));
            Position before = kept.isEmpty() ? end : before(kept.getFirst(), top.epoch());
            Position had = cursor.has();
            cursor.moveTo(before);
            recovery.tell(had);
            conflate(kept, end);
        } else {
            recovery.lost();
        }
    }

    private static Position before(Publication publication, String epoch) {
        return new Position(epoch, publication.offset() - 1, publication.previousTag());
    }

    /// @param end what they lead up to, and what is held back among them
    private void conflate(List<Publication> missed, Position end) {
        newest(missed).forEach(cursor::deliver);
        cursor.pass(end);
        cursor.settle();
        recovery.relocate(FrameLog.UNKNOWN);
        recovery.proceed();
    }

    /// The newest of each key, oldest first. One that is partial keeps what came before it.
    private static List<Publication> newest(List<Publication> publications) {
        List<Publication> kept = new ArrayList<>();
        Set<String> replaced = new HashSet<>();
        for (Publication publication : publications.reversed()) {
            Content content = publication.content();
            String key = content.key() == null ? "" : content.key();
            if (!replaced.contains(key)) {
                kept.add(publication);
                if (content.extent() == Content.Extent.WHOLE) {
                    replaced.add(key);
                }
            }
        }
        return kept.reversed();
    }
}

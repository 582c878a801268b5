// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import dev.fanfare.engine.Position;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What one subscriber of one channel has seen, over all its connections: one continuous sequence,
/// unless `recovered: false` or a gap said otherwise. Told to a [DeliveryChecker].
///
/// The subscriber resumes from [#position]. Each view is told things in the order in which they
/// came; different views may be told from different threads.
public final class SubscriberView {
    private final DeliveryChecker checker;
    private final String name;
    private final String channel;
    private final DeliveryChecker.Promise promise;

    /// Where the view is: the last publication, or what subscribed and gap have put in its place.
    private @Nullable Position last;

    private boolean live;

    /// Offsets seen since [#start].
    private final BitSet seen = new BitSet();

    private long start;

    /// Up to where `recovered: true` has promised the tail.
    private long reach;

    /// How much had been acknowledged when this stretch began.
    private long since;

    /// What a `prev` said was left out on purpose.
    private final List<Hole> holes = new ArrayList<>();

    /// Payloads that this subscriber may rightly not be sent.
    private final Set<String> excepted = new HashSet<>();

    /// What passes the subscription's filter.
    private Predicate<String> wanted = any -> true;

    /// @param cuts how often the store had lost something when it was told
    private record Hole(String epoch, long from, long to, int cuts, Predicate<String> wanted) {}

    SubscriberView(
            DeliveryChecker checker, String name, String channel, DeliveryChecker.Promise promise) {
        this.checker = checker;
        this.name = name;
        this.channel = channel;
        this.promise = promise;
    }

    /// The last position of this view, to resume from; null before the first subscription.
    public @Nullable Position position() {
        synchronized (checker) {
            return last;
        }
    }

    /// The subscription is live from `position` on.
    public void subscribed(Position position, Recovered recovered) {
        synchronized (checker) {
            checker.countSubscribed(recovered);
            live = true;
            Position from = last;
            if (recovered == Recovered.YES && from != null) {
                continueFrom(from, position);
            } else {
                beginAt(position);
                if (recovered == Recovered.YES) {
                    report(Violation.Kind.TAIL_NOT_EXACT, "recovered: true of nothing");
                }
            }
        }
    }

    private void continueFrom(Position from, Position top) {
        reach = Math.max(reach, top.offset());
        if (!top.epoch().equals(from.epoch())
                || top.offset() < from.offset()
                || (top.offset() == from.offset() && !top.tag().equals(from.tag()))) {
            report(
                    Violation.Kind.TAIL_NOT_EXACT,
                    "recovered: true from " + from + ", but the history is at " + top);
            beginAt(top);
        }
    }

    private void beginAt(Position position) {
        last = position;
        start = position.offset();
        reach = position.offset();
        since = checker.oracle().acknowledgements();
        seen.clear();
    }

    /// Its `prev` is the offset before it.
    public void publication(long offset, String tag, String payload) {
        publication(offset, tag, offset - 1, payload);
    }

    /// @param prev the offset before it in this subscription's view, as the server says
    public void publication(long offset, String tag, long prev, String payload) {
        synchronized (checker) {
            Position before = last;
            if (!live || before == null) {
                report(Violation.Kind.UNINVITED, "publication " + offset + " while not subscribed");
                return;
            }
            checker.countDelivery();
            Position here = new Position(before.epoch(), offset, tag);
            String wrong =
                    checker.oracle().heard(DeliveryChecker.sighting(channel, here, payload), name);
            if (wrong != null) {
                report(Violation.Kind.DIFFERS, wrong);
            }
            if (!wanted.test(payload)) {
                report(Violation.Kind.UNINVITED, "publication " + offset + " past the filter");
            }
            if (offset <= before.offset()) {
                again(offset, before.offset());
                return;
            }
            follows(before, here, prev);
            crosses(before, here);
            last = here;
            seen.set(bit(offset));
        }
    }

    private void again(long offset, long after) {
        boolean known = offset <= start || seen.get(bit(offset));
        report(
                known ? Violation.Kind.DUPLICATED : Violation.Kind.REORDERED,
                "publication " + offset + " after " + after);
        if (!known) {
            seen.set(bit(offset));
        }
    }

    /// What the store had kept must not follow what it has lost, as if nothing had happened.
    private void crosses(Position before, Position here) {
        Oracle oracle = checker.oracle();
        if (promise == DeliveryChecker.Promise.EACH
                && oracle.isCut(channel, before.tag())
                && !oracle.isCut(channel, here.tag())) {
            report(
                    before.offset() < reach
                            ? Violation.Kind.TAIL_NOT_EXACT
                            : Violation.Kind.SILENT_GAP,
                    "publication " + here + " after " + before + ", which the store has lost");
        }
    }

    private void follows(Position before, Position here, long prev) {
        long offset = here.offset();
        if (prev == before.offset()) {
            boolean each = promise == DeliveryChecker.Promise.EACH;
            if (prev != offset - 1 && each && !checker.oracle().isCut(channel, here.tag())) {
                int cuts = checker.oracle().cuts(channel);
                holes.add(new Hole(before.epoch(), before.offset(), offset - 1, cuts, wanted));
            }
            return;
        }
        String detail = "publication " + offset + " after " + before.offset() + ", prev " + prev;
        if (before.offset() < reach && offset > before.offset() + 1) {
            report(Violation.Kind.TAIL_NOT_EXACT, detail);
        } else if (prev == offset - 1) {
            report(Violation.Kind.SILENT_GAP, detail);
        } else {
            report(Violation.Kind.WRONG_PREV, detail);
        }
    }

    /// Publications after `from` up to and with `to` are lost to this subscription.
    public void gap(long from, Position to) {
        synchronized (checker) {
            checker.countGap();
            Position before = last;
            if (!live || before == null) {
                report(Violation.Kind.UNINVITED, "gap while not subscribed");
                return;
            }
            boolean moves = !to.epoch().equals(before.epoch()) || !to.tag().equals(before.tag());
            if (from != before.offset() || !moves) {
                report(
                        Violation.Kind.WRONG_GAP,
                        "gap from " + from + " to " + to + ", but the view is at " + before);
            }
            beginAt(to);
        }
    }

    /// A publication of this payload is not for this subscriber: it is not owed, and may come all
    /// the same after a reconnection.
    public void excepted(String payload) {
        synchronized (checker) {
            excepted.add(payload);
        }
    }

    /// The next subscription has a filter: from now on only payloads that pass are owed, and no
    /// other may come.
    public void wants(Predicate<String> payloads) {
        synchronized (checker) {
            wanted = payloads;
        }
    }

    /// The connection or the subscription is gone; what has not come is owed after a resumption.
    public void disconnected() {
        synchronized (checker) {
            live = false;
        }
    }

    /// What is owed and has not come. The caller holds the checker's lock.
    List<Violation> missing() {
        List<Violation> found = new ArrayList<>();
        for (Hole hole : holes) {
            long to = checker.oracle().uncut(channel, hole.to, hole.cuts);
            lost(
                    found,
                    checker.oracle().acknowledged(channel, hole.epoch, hole.from, to),
                    hole.wanted);
        }
        Position at = last;
        if (live && at != null) {
            Oracle oracle = checker.oracle();
            if (oracle.isCut(channel, at.tag())) {
                found.add(
                        violation(
                                Violation.Kind.SILENT_GAP,
                                "stands at " + at + ", which the store has lost"));
            }
            lost(
                    found,
                    oracle.acknowledged(channel, at.epoch(), at.offset(), Long.MAX_VALUE),
                    wanted);
            lost(found, oracle.acknowledgedOutside(channel, at.epoch(), since), wanted);
            if (at.offset() < reach) {
                found.add(
                        violation(
                                Violation.Kind.TAIL_NOT_EXACT,
                                "promised up to " + reach + ", came up to " + at.offset()));
            }
        }
        return found;
    }

    private void lost(List<Violation> found, List<Oracle.Entry> entries, Predicate<String> owed) {
        entries.stream()
                .filter(entry -> !excepted.contains(entry.payload) && owed.test(entry.payload))
                .forEach(entry -> found.add(violation(Violation.Kind.LOST, entry.toString())));
    }

    private int bit(long offset) {
        return Math.toIntExact(offset - start);
    }

    private void report(Violation.Kind kind, String detail) {
        checker.add(violation(kind, detail));
    }

    private Violation violation(Violation.Kind kind, String detail) {
        return new Violation(kind, name, channel, detail);
    }
}

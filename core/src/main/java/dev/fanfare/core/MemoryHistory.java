// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Clock;
import dev.fanfare.engine.Engine;
import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import dev.fanfare.engine.PublishRequest;
import dev.fanfare.engine.Published;
import dev.fanfare.engine.Retention;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One channel in a [MemoryEngine]: its entries, the idempotency keys it remembers, who is present.
/// Every method is called under this object's lock.
final class MemoryHistory {
    /// How long, and how many, idempotency keys are remembered.
    private static final Duration KEY_AGE = Duration.ofMinutes(5);

    private static final int KEYS = 10_000;

    /// How many milliseconds an entry's time may be ahead, so as not to be another's.
    private static final long LEAD = 1_000;

    private final String channel;
    private String epoch;
    private final MemoryEngine engine;
    private final ArrayDeque<Publication> entries = new ArrayDeque<>(0);
    private Retention retention = Retention.NONE;
    private long offset;
    private String tag = "";
    private long time;
    private long usedAt;
    private boolean subscribed;
    private boolean dropped;
    private @Nullable Map<String, Remembered> keys;
    private @Nullable NavigableMap<String, Present> present;

    /// @param fingerprint of the content that was published with the key
    private record Remembered(Position position, String fingerprint, long time) {
        Published answer(String other) {
            return new Published(
                    position,
                    fingerprint.equals(other)
                            ? Published.Novelty.REPEATED
                            : Published.Novelty.CONFLICT);
        }
    }

    private static final class Present {
        final Set<String> sessions = new HashSet<>(2);
        Member member;
        Duration grace;
        Clock.@Nullable Timer leaving;

        Present(Member member, Duration grace) {
            this.member = member;
            this.grace = grace;
        }
    }

    MemoryHistory(String channel, String epoch, MemoryEngine engine) {
        this.channel = channel;
        this.epoch = epoch;
        this.engine = engine;
        this.usedAt = engine.clock().millis();
    }

    Published publish(PublishRequest request, Engine.Listener listener) {
        long now = engine.clock().millis();
        usedAt = now;
        String key = request.idempotencyKey();
        String fingerprint = key == null ? "" : request.content().fingerprint();
        Remembered first = key == null ? null : remembered(key, now);
        if (first != null) {
            return first.answer(fingerprint);
        }
        time = Math.max(now, Math.min(time + 1, now + LEAD));
        Publication publication =
                new Publication(offset + 1, engine.nextTag(), tag, time, request.content());
        offset++;
        tag = publication.tag();
        retention = request.retention();
        entries.addLast(publication);
        trim(now);
        Position position = publication.position(epoch);
        if (key != null) {
            keys().put(key, new Remembered(position, fingerprint, now));
        }
        if (subscribed) {
            listener.published(channel, epoch, publication);
        }
        return new Published(position, Published.Novelty.NEW);
    }

    private @Nullable Remembered remembered(String key, long now) {
        Iterator<Remembered> oldest = keys().values().iterator();
        while (oldest.hasNext()
                && (oldest.next().time() + KEY_AGE.toMillis() <= now || keys().size() >= KEYS)) {
            oldest.remove();
        }
        return keys().get(key);
    }

    private Map<String, Remembered> keys() {
        if (keys == null) {
            keys = new LinkedHashMap<>();
        }
        return keys;
    }

    private void trim(long now) {
        long oldest = now - retention.age().toMillis();
        Publication first;
        while ((first = entries.peekFirst()) != null
                && (entries.size() > retention.size() || first.time() <= oldest)) {
            entries.removeFirst();
        }
    }

    Position subscribe() {
        subscribed = true;
        return top();
    }

    void unsubscribe() {
        subscribed = false;
        usedAt = engine.clock().millis();
    }

    private Position top() {
        return new Position(epoch, offset, tag);
    }

    History read(HistoryQuery query) {
        trim(engine.clock().millis());
        Position since = query.since();
        Position before = query.before();
        if ((since != null && !follows(since))
                || (before != null && !before.epoch().equals(epoch))) {
            return new History.Broken(top());
        }
        long after = since == null ? 0 : since.offset();
        long end = before == null ? Long.MAX_VALUE : before.offset();
        List<Publication> found = new ArrayList<>(Math.min(query.limit(), entries.size()));
        Iterator<Publication> entriesInOrder =
                query.order() == HistoryQuery.Order.OLDEST_FIRST
                        ? entries.iterator()
                        : entries.descendingIterator();
        while (found.size() < query.limit() && entriesInOrder.hasNext()) {
            Publication next = entriesInOrder.next();
            if (next.offset() > after && next.offset() < end) {
                found.add(next);
            }
        }
        return new History.Entries(found, top());
    }

    /// Whether everything after `since` is kept, and `since` is a place in this very history. An
    /// empty epoch or tag equals none, so it is never taken for "anything".
    private boolean follows(Position since) {
        if (!since.epoch().equals(epoch) || since.offset() > offset || since.offset() < 0) {
            return false;
        }
        if (since.offset() == offset) {
            return since.tag().equals(tag);
        }
        Publication oldest = entries.peekFirst();
        if (oldest == null || since.offset() < oldest.offset() - 1) {
            return false;
        }
        if (since.offset() == oldest.offset() - 1) {
            return since.tag().equals(oldest.previousTag());
        }
        for (Publication entry : entries) {
            if (entry.offset() == since.offset()) {
                return since.tag().equals(entry.tag());
            }
        }
        return false;
    }

    Position reset(Engine.Listener listener) {
        entries.clear();
        epoch = engine.nextTag();
        offset = 0;
        tag = "";
        usedAt = engine.clock().millis();
        if (subscribed) {
            listener.reset(channel, top());
        }
        return top();
    }

    void join(Engine.Presence presence, Engine.Listener listener) {
        if (present == null) {
            present = new TreeMap<>();
        }
        Member member = presence.member();
        Present known = present.get(member.user());
        if (known == null) {
            known = new Present(member, presence.grace());
            present.put(member.user(), known);
            known.sessions.add(presence.session());
            if (subscribed) {
                listener.joined(channel, member, presence.session());
            }
            return;
        }
        known.sessions.add(presence.session());
        known.member = member;
        known.grace = presence.grace();
        if (known.leaving != null) {
            known.leaving.cancel();
            known.leaving = null;
        }
    }

    void leave(String user, String session, Engine.Listener listener) {
        Present known = present == null ? null : present.get(user);
        if (known == null || !known.sessions.remove(session) || !known.sessions.isEmpty()) {
            return;
        }
        if (known.grace.isZero()) {
            gone(user, known, listener);
        } else {
            known.leaving =
                    engine.clock().after(known.grace, () -> graceOver(user, known, listener));
        }
    }

    private synchronized void graceOver(String user, Present known, Engine.Listener listener) {
        if (known.sessions.isEmpty()) {
            gone(user, known, listener);
        }
    }

    private void gone(String user, Present known, Engine.Listener listener) {
        if (present != null && present.remove(user, known) && subscribed) {
            listener.left(channel, known.member);
        }
    }

    List<Member> members(@Nullable String after, int limit) {
        if (present == null) {
            return List.of();
        }
        NavigableMap<String, Present> rest =
                after == null ? present : present.tailMap(after, false);
        return rest.values().stream().limit(limit).map(known -> known.member).toList();
    }

    boolean dropped() {
        return dropped;
    }

    /// Called by the sweep.
    synchronized boolean dropIfIdle() {
        long now = engine.clock().millis();
        trim(now);
        if (keys != null) {
            keys.values().removeIf(key -> key.time() + KEY_AGE.toMillis() <= now);
        }
        dropped =
                !subscribed
                        && entries.isEmpty()
                        && (present == null || present.isEmpty())
                        && (keys == null || keys.isEmpty())
                        && usedAt + KEY_AGE.toMillis() <= now;
        return dropped;
    }
}

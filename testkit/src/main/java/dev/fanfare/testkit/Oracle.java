// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What was published, as far as publishers and subscribers together know it: one entry for each
/// (channel, epoch, offset). Guarded by the [DeliveryChecker] that owns it.
final class Oracle {
    private final Map<String, Line> lines = new HashMap<>();
    private long acknowledgements;

    /// One channel.
    private static final class Line {
        final Map<String, Integer> sent = new HashMap<>();
        final Map<String, NavigableMap<Long, Entry>> epochs = new HashMap<>();
        final Map<String, Entry> cut = new HashMap<>();
        final List<Long> cutAt = new ArrayList<>();
        final Map<String, Set<String>> tagsOf = new HashMap<>();
    }

    /// One publication. Before its acknowledgement it is known from the first who heard it.
    static final class Entry {
        final long offset;
        final String tag;
        final String payload;
        final String firstHeardBy;

        /// Its number among all acknowledgements, from 1; 0 while there is none.
        long acknowledged;

        Entry(long offset, String tag, String payload, String firstHeardBy) {
            this.offset = offset;
            this.tag = tag;
            this.payload = payload;
            this.firstHeardBy = firstHeardBy;
        }

        @Override
        public String toString() {
            return offset + "#" + tag + " " + payload;
        }
    }

    /// A publication at a place.
    record Sighting(String channel, String epoch, long offset, String tag, String payload) {}

    void sent(String channel, String payload) {
        line(channel).sent.merge(payload, 1, Integer::sum);
    }

    /// Returns what contradicts it, or null.
    @Nullable String acked(Sighting sighting) {
        Line line = line(sighting.channel);
        line.sent.putIfAbsent(sighting.payload, 1);
        Entry entry = entry(line, sighting, "its publisher");
        if (entry.acknowledged == 0) {
            entry.acknowledged = ++acknowledgements;
        }
        return contradiction(line, entry, sighting);
    }

    /// Returns what contradicts it, or null.
    @Nullable String heard(Sighting sighting, String subscriber) {
        Line line = line(sighting.channel);
        return contradiction(line, entry(line, sighting, subscriber), sighting);
    }

    /// Forgets the entries after `offset`: the store has lost them, and will number anew.
    void cut(String channel, String epoch, long offset) {
        Line line = line(channel);
        line.cutAt.add(offset);
        NavigableMap<Long, Entry> lost = epoch(line, epoch).tailMap(offset, false);
        lost.values().forEach(entry -> line.cut.put(entry.tag, entry));
        lost.clear();
    }

    /// Whether the store has lost the entry with this tag.
    boolean isCut(String channel, String tag) {
        return line(channel).cut.containsKey(tag);
    }

    /// How often the store of this channel has lost something.
    int cuts(String channel) {
        return line(channel).cutAt.size();
    }

    /// How far up to `to` an offset still means what it meant when there had been `cuts` cuts.
    long uncut(String channel, long to, int cuts) {
        List<Long> since = line(channel).cutAt;
        return since.subList(cuts, since.size()).stream().reduce(to, Math::min);
    }

    long acknowledgements() {
        return acknowledgements;
    }

    /// The acknowledged entries of an epoch with `from < offset <= to`.
    List<Entry> acknowledged(String channel, String epoch, long from, long to) {
        if (to <= from) {
            return List.of();
        }
        return acknowledged(epoch(line(channel), epoch).subMap(from, false, to, true).values(), 0);
    }

    /// What was acknowledged in other epochs after the acknowledgement number `since`.
    List<Entry> acknowledgedOutside(String channel, String epoch, long since) {
        List<Entry> entries = new ArrayList<>();
        line(channel)
                .epochs
                .forEach((name, known) -> {
                    if (!name.equals(epoch)) {
                        entries.addAll(acknowledged(known.values(), since));
                    }
                });
        return entries;
    }

    private static List<Entry> acknowledged(Collection<Entry> entries, long since) {
        return entries.stream().filter(entry -> entry.acknowledged > since).toList();
    }

    /// What was heard and never sent.
    List<Violation> phantoms() {
        List<Violation> found = new ArrayList<>();
        lines.forEach((channel, line) ->
                line.epochs.values().stream()
                        .flatMap(known -> known.values().stream())
                        .filter(entry -> !line.sent.containsKey(entry.payload))
                        .forEach(entry ->
                                found.add(
                                        new Violation(
                                                Violation.Kind.PHANTOM,
                                                entry.firstHeardBy,
                                                channel,
                                                "never published: " + entry))));
        return found;
    }

    /// What was stored more often than it was sent.
    List<Violation> doubles() {
        List<Violation> found = new ArrayList<>();
        lines.forEach((channel, line) ->
                line.tagsOf.forEach((payload, tags) -> {
                    int sent = line.sent.getOrDefault(payload, 1);
                    if (tags.size() > sent) {
                        found.add(
                                new Violation(
                                        Violation.Kind.DUPLICATED,
                                        "all",
                                        channel,
                                        payload + " sent " + sent + " times, has " + tags));
                    }
                }));
        return found;
    }

    private Entry entry(Line line, Sighting sighting, String by) {
        Entry cut = line.cut.get(sighting.tag);
        if (cut != null) {
            return cut;
        }
        return epoch(line, sighting.epoch)
                .computeIfAbsent(
                        sighting.offset,
                        offset -> {
                            line.tagsOf
                                    .computeIfAbsent(sighting.payload, any -> new HashSet<>(2))
                                    .add(sighting.tag);
                            return new Entry(offset, sighting.tag, sighting.payload, by);
                        });
    }

    private static @Nullable String contradiction(Line line, Entry known, Sighting sighting) {
        if (known.offset == sighting.offset
                && known.tag.equals(sighting.tag)
                && known.payload.equals(sighting.payload)) {
            return null;
        }
        String cut = line.cut.containsKey(known.tag) ? ", which the store had lost" : "";
        return "known as "
                + known
                + cut
                + ", came as "
                + sighting.offset
                + "#"
                + sighting.tag
                + " "
                + sighting.payload;
    }

    private Line line(String channel) {
        return lines.computeIfAbsent(channel, name -> new Line());
    }

    private static NavigableMap<Long, Entry> epoch(Line line, String epoch) {
        return line.epochs.computeIfAbsent(epoch, name -> new TreeMap<>());
    }
}

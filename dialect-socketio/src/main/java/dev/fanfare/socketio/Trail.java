// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Where one socket's channels were after each write, so that its client, when it comes back, can
/// say with one offset where it is in all of them.
///
/// Socket.IO's client remembers the last offset it saw, and no more. But everything goes to it in
/// one order: what was written before that event has arrived, what was written after has not. So
/// for the event's own channel the offset is the place, and for every other channel the place is
/// the last one noted before:
///
/// ```
///   begins  news@0  room@7 |  news@3   room@9   news@5  room@12
///                                         ^ the client says news.4: it is within this write
///   so:  news after 4, room after 9
/// ```
///
/// Bounded: writes to one channel in a row are one entry, and of the oldest entries only the last
/// of each channel is kept. A client that names something older than the rest is not recovered. On
/// the socket's loop.
final class Trail {
    private static final int MOST = 512;
    private static final int MOST_CHANNELS = 512;
    private static final int HASH_BYTES = 6;

    private final Deque<Entry> entries = new ArrayDeque<>(2);
    private final Map<String, Position> dropped = new HashMap<>(0);
    private final Map<String, Begin> begins = new LinkedHashMap<>(2);

    private record Entry(String channel, Position upTo) {}

    /// Where the first of a channel's subscriptions began, and the last.
    private record Begin(Position first, Position last) {}

    /// What an offset says.
    private record Named(String reference, long offset, String tag) {
        static @Nullable Named read(String text) {
            String[] parts = text.split("\\.", 3);
            if (parts.length < 3) {
                return null;
            }
            try {
                return new Named(parts[0], Long.parseLong(parts[1], 36), parts[2]);
            } catch (NumberFormatException e) {
                return null;
            }
        }
    }

    /// What a publication is called on the wire: its channel by a hash, its offset in the base 36,
    /// its tag.
    static String offset(String channel, Publication publication) {
        return reference(channel)
                + '.'
                + Long.toString(publication.offset(), 36)
                + '.'
                + publication.tag();
    }

    /// FNV-1a, the lower 48 bits.
    private static String reference(String channel) {
        long hash = 0xcbf29ce484222325L;
        for (byte each : channel.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (each & 0xff)) * 0x100000001b3L;
        }
        byte[] bytes = new byte[HASH_BYTES];
        for (int i = 0; i < HASH_BYTES; i++) {
            bytes[i] = (byte) (hash >>> (8 * i));
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// A subscription begins here.
    void begins(String channel, Position at) {
        Begin known = begins.get(channel);
        begins.put(channel, new Begin(known == null ? at : known.first, at));
        if (begins.size() > MOST_CHANNELS) {
            String oldest = begins.keySet().iterator().next();
            begins.remove(oldest);
            dropped.remove(oldest);
        }
        note(channel, at);
    }

    /// The channel has been written up to here.
    void reached(String channel, Position upTo) {
        note(channel, upTo);
    }

    private void note(String channel, Position upTo) {
        Entry last = entries.peekLast();
        if (last != null && last.channel.equals(channel)) {
            entries.removeLast();
        } else if (entries.size() == MOST) {
            Entry first = entries.removeFirst();
            if (begins.containsKey(first.channel)) {
                dropped.put(first.channel, first.upTo);
            }
        }
        entries.addLast(new Entry(channel, upTo));
    }

    /// Where the client is in each of the channels, or null when that cannot be said.
    ///
    /// @param offset the last one the client saw, or null
    @Nullable Map<String, Position> places(@Nullable String offset, Collection<String> channels) {
        if (!begins.keySet().containsAll(channels)) {
            return null;
        }
        if (offset == null) {
            return untouched(channels);
        }
        Named named = Named.read(offset);
        String channel = named == null ? null : channel(named.reference);
        if (named == null || channel == null) {
            return null;
        }
        Begin begin = begins.get(channel);
        return begin != null && named.offset <= begin.first.offset()
                ? untouched(channels)
                : after(channel, named, channels);
    }

    private @Nullable String channel(String reference) {
        for (String channel : begins.keySet()) {
            if (reference(channel).equals(reference)) {
                return channel;
            }
        }
        return null;
    }

    private Position began(String channel) {
        return Objects.requireNonNull(begins.get(channel)).last;
    }

    /// The client saw nothing of what was written here.
    private Map<String, Position> untouched(Collection<String> channels) {
        Map<String, Position> places = new HashMap<>();
        for (String channel : channels) {
            places.put(channel, began(channel));
        }
        return places;
    }

    private @Nullable Map<String, Position> after(
            String channel, Named named, Collection<String> channels) {
        Position older = dropped.get(channel);
        if (older != null && named.offset <= older.offset()) {
            return null;
        }
        Map<String, Position> seen = new HashMap<>(dropped);
        for (Entry entry : entries) {
            if (entry.channel.equals(channel) && entry.upTo.offset() >= named.offset) {
                seen.put(channel, new Position(entry.upTo.epoch(), named.offset, named.tag));
                return since(seen, channels);
            }
            seen.put(entry.channel, entry.upTo);
        }
        return null;
    }

    /// What was written to an earlier subscription of a channel is not where the present one is.
    private Map<String, Position> since(Map<String, Position> seen, Collection<String> channels) {
        Map<String, Position> places = new HashMap<>();
        for (String channel : channels) {
            Position began = began(channel);
            Position at = seen.get(channel);
            boolean before = at == null || at.offset() < began.offset();
            places.put(channel, before ? began : at);
        }
        return places;
    }

    /// How many writes are remembered.
    int size() {
        return entries.size();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Engine;
import dev.fanfare.engine.Inbox;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The inboxes of a [MemoryEngine]. All together are bounded too: past that, nothing new waits. Any
/// thread.
final class MemoryInboxes {
    private final Map<String, Box> boxes = new HashMap<>();
    private final int users;
    private final long capacity;
    private long bytes;

    /// @param users the most inboxes
    /// @param capacity bytes of data in all of them
    MemoryInboxes(int users, long capacity) {
        this.users = users;
        this.capacity = capacity;
    }

    private static final class Box {
        final ArrayDeque<Inbox.Message> messages = new ArrayDeque<>(2);
        long lost;
        long bytes;
        long age;

        /// When nothing of it is remembered any more.
        long until;
    }

    synchronized Engine.Kept put(String user, Inbox added, Inbox.Bounds bounds, long now) {
        long size = added.messages().stream().mapToLong(MemoryInboxes::size).sum();
        if (boxes.size() >= users && !boxes.containsKey(user)) {
            return Engine.Kept.FULL;
        }
        Box box = boxes.computeIfAbsent(user, _ -> new Box());
        box.age = bounds.age().toMillis();
        box.until = now + 2 * box.age;
        box.lost += added.lost();
        if (bytes + size > capacity) {
            box.lost += added.messages().size();
            return Engine.Kept.FULL;
        }
        box.messages.addAll(added.messages());
        box.bytes += size;
        bytes += size;
        while (box.messages.size() > bounds.messages()
                || (box.bytes > bounds.bytes() && box.messages.size() > 1)) {
            drop(box);
        }
        expire(box, now);
        return Engine.Kept.WAITS;
    }

    synchronized Inbox take(String user, long now) {
        Box box = boxes.remove(user);
        if (box == null) {
            return Inbox.EMPTY;
        }
        expire(box, now);
        bytes -= box.bytes;
        return box.until <= now ? Inbox.EMPTY : new Inbox(List.copyOf(box.messages), box.lost);
    }

    synchronized void sweep(long now) {
        boxes.values()
                .removeIf(box -> {
                    expire(box, now);
                    return box.until <= now;
                });
    }

    private void expire(Box box, long now) {
        Inbox.Message first;
        while ((first = box.messages.peekFirst()) != null && first.time() + box.age <= now) {
            drop(box);
        }
    }

    private void drop(Box box) {
        long size = size(box.messages.removeFirst());
        box.bytes -= size;
        bytes -= size;
        box.lost++;
    }

    private static long size(Inbox.Message message) {
        return message.content().data().length;
    }
}

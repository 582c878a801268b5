// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.engine.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far the channels of a stream got, for the id that a client brings back. It stands in a block
/// of its own, behind what was sent: so events are the same for everybody, and what was lost on the
/// way comes again rather than never.
final class Whereabouts {
    private final List<String> channels;
    private final List<Position> positions = new ArrayList<>(0);
    private boolean moved;

    /// @param channels in the order in which the client named them; none, and there are no ids
    Whereabouts(List<String> channels) {
        this.channels = channels;
        channels.forEach(_ -> positions.add(EventId.UNKNOWN));
    }

    void reached(String channel, Position at) {
        int index = channels.indexOf(channel);
        if (index >= 0) {
            positions.set(index, at);
            moved = true;
        }
    }

    /// The block with the id, if anything has moved since the last.
    byte @Nullable [] moved() {
        if (!moved) {
            return null;
        }
        moved = false;
        return ("id: " + EventId.of(positions) + "\n\n").getBytes(StandardCharsets.US_ASCII);
    }
}

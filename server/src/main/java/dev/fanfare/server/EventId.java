// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.engine.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The positions in a list of channels as one `Last-Event-ID`: base64url of
/// `[["epoch",offset,"tag"],...]`, so that no epoch or tag can end the line it stands on. It holds
/// nothing but what its client was sent, so it need not be trusted: a position that never was is
/// not recovered.
final class EventId {
    /// What no channel recovers from.
    static final Position UNKNOWN = new Position("", 0, "");

    private static final int LONGEST = 8 << 10;
    private static final JsonMapper JSON = JsonMapper.shared();

    private EventId() {}

    static String of(List<Position> positions) {
        List<List<Object>> vector = new ArrayList<>();
        for (Position position : positions) {
            vector.add(List.of(position.epoch(), position.offset(), position.tag()));
        }
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(JSON.writeValueAsBytes(vector));
    }

    /// The positions of so many channels; of a text that is none of ours, [#UNKNOWN] for each.
    static List<Position> positions(String id, int channels) {
        List<Position> read = id.length() > LONGEST ? null : read(id);
        if (read != null && read.size() == channels) {
            return read;
        }
        List<Position> unknown = new ArrayList<>();
        for (int i = 0; i < channels; i++) {
            unknown.add(UNKNOWN);
        }
        return unknown;
    }

    private static @Nullable List<Position> read(String id) {
        try {
            byte[] json = Base64.getUrlDecoder().decode(id.getBytes(StandardCharsets.UTF_8));
            List<Position> positions = new ArrayList<>();
            for (JsonNode each : JSON.readTree(json).values()) {
                positions.add(
                        new Position(
                                each.path(0).asString(""),
                                Math.max(0, each.path(1).asLong(0)),
                                each.path(2).asString("")));
            }
            return positions;
        } catch (IllegalArgumentException | JacksonException _) {
            return null;
        }
    }
}

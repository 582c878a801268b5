// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.store;

import dev.fanfare.apps.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The shape of everything clients are sent: `{type, data, timestamp, userId?, storeId?,
/// sessionId?}`.
///
/// @param type as it is written
/// @param data JSON
/// @param time milliseconds since 1970
record Envelope(String type, byte[] data, long time, Ids ids) {
    /// Whom it is about; what does not apply is left out.
    record Ids(@Nullable String user, @Nullable String store, @Nullable String session) {
        static final Ids NONE = new Ids(null, null, null);
    }

    byte[] json() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(data.length + 160);
        ascii(out, "{\"type\":");
        out.writeBytes(Json.write(type));
        ascii(out, ",\"data\":");
        out.writeBytes(data);
        ascii(out, ",\"timestamp\":\"" + Instant.ofEpochMilli(time) + "\"");
        id(out, "userId", ids.user);
        id(out, "storeId", ids.store);
        id(out, "sessionId", ids.session);
        out.write('}');
        return out.toByteArray();
    }

    private static void id(ByteArrayOutputStream out, String name, @Nullable String value) {
        if (value != null) {
            ascii(out, ",\"" + name + "\":");
            out.writeBytes(Json.write(value));
        }
    }

    private static void ascii(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}

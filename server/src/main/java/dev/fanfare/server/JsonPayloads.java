// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Payloads;
import dev.fanfare.protocol.JsonText;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/// Payloads as JSON.
final class JsonPayloads implements Payloads {
    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    private static final Set<String> NAMES = Set.of("enc", "kid", "iv", "ct");
    private static final int MAX_KID = 128;

    /// 12 bytes in base64url.
    private static final Pattern IV = Pattern.compile("[A-Za-z0-9_-]{16}");

    /// 16 bytes, which are the tag, or more.
    private static final Pattern CT = Pattern.compile("[A-Za-z0-9_-]{22,}");

    @Override
    public byte[] write(Object value) {
        byte[] payload = Json.write(value);
        checkText(payload);
        return payload;
    }

    @Override
    public void check(byte[] payload) {
        checkText(payload);
        if (!Json.isValue(payload)) {
            throw new IllegalArgumentException("The payload is not one JSON value.");
        }
    }

    private static void checkText(byte[] payload) {
        String problem = JsonText.problem(payload);
        if (problem != null) {
            throw new IllegalArgumentException("The payload " + problem + ".");
        }
    }

    /// The envelope of `protocol/SPEC.md`, section 14, and nothing beside it that could be read.
    @Override
    public boolean encrypted(byte[] payload) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), payload)) {
            Map<String, String> fields = new HashMap<>();
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                if (!NAMES.contains(name) || parser.nextToken() != JsonToken.VALUE_STRING) {
                    return false;
                }
                fields.put(name, parser.getString());
            }
            return fields.keySet().equals(NAMES) && envelope(fields) && parser.nextToken() == null;
        } catch (JacksonException broken) {
            return false;
        }
    }

    private static boolean envelope(Map<String, String> fields) {
        String kid = fields.getOrDefault("kid", "");
        String ct = fields.getOrDefault("ct", "");
        return fields.getOrDefault("enc", "").equals("A256GCM")
                && !kid.isEmpty()
                && kid.length() <= MAX_KID
                && IV.matcher(fields.getOrDefault("iv", "")).matches()
                && CT.matcher(ct).matches()
                && ct.length() % 4 != 1;
    }
}

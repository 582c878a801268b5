// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Takes the head of a request apart, strictly: what cannot be read in one way only is refused.
public final class Head {
    private static final Pattern HOST =
            Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?");

    private Head() {}

    /// @param uri path and query, as on a request line in origin form
    /// @return null when it cannot be read
    public static Request.@Nullable Target target(String uri) {
        int mark = uri.indexOf('?');
        List<String> segments = segments(mark < 0 ? uri : uri.substring(0, mark));
        if (segments.isEmpty() || uri.indexOf('#') >= 0) {
            return null;
        }
        Map<String, String> query = new LinkedHashMap<>();
        Map<String, List<String>> repeated = new LinkedHashMap<>();
        if (mark >= 0) {
            for (String pair : uri.substring(mark + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = decoded(equals < 0 ? pair : pair.substring(0, equals), Part.QUERY);
                String value = equals < 0 ? "" : decoded(pair.substring(equals + 1), Part.QUERY);
                if (name == null || value == null) {
                    return null;
                }
                if (!pair.isEmpty()) {
                    query.put(name, value);
                    repeated.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
                }
            }
        }
        return new Request.Target(segments, Map.of(), query, repeated);
    }

    /// Split before they are decoded (RFC 3986, 2.2): an encoded slash belongs to its segment.
    ///
    /// @return empty when the path cannot be read
    private static List<String> segments(String path) {
        if (!path.startsWith("/")) {
            return List.of();
        }
        List<String> segments = new ArrayList<>();
        for (String part : path.substring(1).split("/", -1)) {
            String segment = decoded(part, Part.PATH);
            if (segment == null) {
                return List.of();
            }
            segments.add(segment);
        }
        return segments;
    }

    public static boolean validHost(String host) {
        return HOST.matcher(host).matches();
    }

    private enum Part {
        PATH,
        QUERY
    }

    /// An encoded control character is taken in a path only, where the id of a user may have one.
    private static @Nullable String decoded(String text, Part part) {
        byte[] bytes = new byte[text.length()];
        int count = 0;
        for (int i = 0; i < text.length(); i++) {
            int c = text.charAt(i);
            if (c == '%') {
                if (i + 2 >= text.length()) {
                    return null;
                }
                int high = Character.digit(text.charAt(i + 1), 16);
                int low = Character.digit(text.charAt(i + 2), 16);
                if (high < 0 || low < 0) {
                    return null;
                }
                c = high * 16 + low;
                i += 2;
            } else if (c == '+' && part == Part.QUERY) {
                c = ' ';
            } else if (c <= ' ' || c > '~') {
                return null;
            }
            if (c == 0 || (part == Part.QUERY && (c < ' ' || c == 0x7f))) {
                return null;
            }
            bytes[count++] = (byte) c;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, count))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}

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

    /// @param uri path and query, as on the request line
    /// @return null when it cannot be read
    public static Request.@Nullable Target target(String uri) {
        int mark = uri.indexOf('?');
        String path = decoded(mark < 0 ? uri : uri.substring(0, mark), Plus.PLUS);
        if (path == null || !path.startsWith("/") || uri.indexOf('#') >= 0) {
            return null;
        }
        Map<String, String> query = new LinkedHashMap<>();
        Map<String, List<String>> repeated = new LinkedHashMap<>();
        if (mark >= 0) {
            for (String pair : uri.substring(mark + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = decoded(equals < 0 ? pair : pair.substring(0, equals), Plus.SPACE);
                String value = equals < 0 ? "" : decoded(pair.substring(equals + 1), Plus.SPACE);
                if (name == null || value == null) {
                    return null;
                }
                if (!pair.isEmpty()) {
                    query.put(name, value);
                    repeated.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
                }
            }
        }
        return new Request.Target(path, Map.of(), query, repeated);
    }

    public static boolean validHost(String host) {
        return HOST.matcher(host).matches();
    }

    private enum Plus {
        PLUS,
        SPACE
    }

    private static @Nullable String decoded(String text, Plus plus) {
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
            } else if (c == '+' && plus == Plus.SPACE) {
                c = ' ';
            } else if (c <= ' ' || c > '~') {
                return null;
            }
            if (c < ' ' || c == 0x7f) {
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

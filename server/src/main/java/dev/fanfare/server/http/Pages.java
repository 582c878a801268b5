// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Files from the class path, served as they are: `index.html` at the prefix itself, everything
/// else by its name. Under `/assets/` a name has a digest of the content in it, as bundlers write
/// it, so that a browser need not ask again.
///
/// @param prefix of the request's path, begins and ends with a slash
/// @param anchor a class of the module that holds the files
/// @param folder of the files, relative to the anchor's package, or absolute with a leading slash
/// @param policy the Content-Security-Policy
public record Pages(String prefix, Class<?> anchor, String folder, String policy) {
    private static final String OWN_ONLY = "default-src 'self'";
    private static final String ASSETS = "/assets/";
    private static final String FOR_GOOD = "public, max-age=31536000, immutable";

    public Pages {
        if (!prefix.startsWith("/") || !prefix.endsWith("/")) {
            throw new IllegalArgumentException("a prefix begins and ends with a slash: " + prefix);
        }
    }

    /// Pages that load nothing from, and talk to nobody but, their own origin.
    public Pages(String prefix, Class<?> anchor, String folder) {
        this(prefix, anchor, folder, OWN_ONLY);
    }

    /// Pages that may open a WebSocket at another port too.
    public Pages connecting(int port) {
        return new Pages(
                prefix,
                anchor,
                folder,
                OWN_ONLY + "; connect-src 'self' ws://*:" + port + " wss://*:" + port);
    }

    /// Pages at the root of a listener.
    public static Pages at(Class<?> anchor, String folder) {
        return new Pages("/", anchor, folder);
    }

    private static final Pattern NAME =
            Pattern.compile("([a-zA-Z0-9_-][a-zA-Z0-9._-]*/)*[a-zA-Z0-9_-][a-zA-Z0-9._-]*");
    private static final Map<String, String> TYPES =
            Map.ofEntries(
                    Map.entry("html", "text/html; charset=utf-8"),
                    Map.entry("css", "text/css; charset=utf-8"),
                    Map.entry("js", "text/javascript; charset=utf-8"),
                    Map.entry("mjs", "text/javascript; charset=utf-8"),
                    Map.entry("json", "application/json"),
                    Map.entry("svg", "image/svg+xml"),
                    Map.entry("png", "image/png"),
                    Map.entry("ico", "image/x-icon"),
                    Map.entry("woff2", "font/woff2"),
                    Map.entry("txt", "text/plain; charset=utf-8"));

    /// The file, or null where there is none. Reads the class path: not on an event loop.
    public @Nullable Response find(Request request) {
        String path = request.path();
        if (!path.startsWith(prefix)) {
            return null;
        }
        String name = path.equals(prefix) ? "index.html" : path.substring(prefix.length());
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null || !NAME.matcher(name).matches()) {
            return null;
        }
        byte[] content = read(name);
        if (content == null) {
            return null;
        }
        String tag = '"' + HexFormat.of().toHexDigits(hash(content)) + '"';
        Response response =
                request.header("if-none-match").filter(known -> has(known, tag)).isPresent()
                        ? Response.empty(304)
                        : Response.of(200, type, content);
        return response.header("ETag", tag)
                .header("Cache-Control", path.startsWith(ASSETS) ? FOR_GOOD : "no-cache")
                .header("Content-Security-Policy", policy)
                .header("Referrer-Policy", "no-referrer");
    }

    /// Weakly, as a proxy that compresses may have marked it (RFC 9110, 13.1.2).
    private static boolean has(String ifNoneMatch, String tag) {
        for (String each : ifNoneMatch.split(",", -1)) {
            String known = each.strip();
            if (known.equals("*") || known.equals(tag) || known.equals("W/" + tag)) {
                return true;
            }
        }
        return false;
    }

    private byte @Nullable [] read(String name) {
        try (InputStream in = anchor.getResourceAsStream(folder + '/' + name)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long hash(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return (crc.getValue() << 32) | content.length;
    }
}

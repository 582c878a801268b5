// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.SecurityEvent;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The WebSocket handshake (RFC 6455, 4.2): what a request for one must be, and its answer.
final class Upgrade {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final String BEARER = "bearer.";

    private Upgrade() {}

    /// The answer to a page of an origin that is not allowed.
    ///
    /// @param where for the log
    static Response foreign(String where, Request request) {
        SecurityEvent.BAD_ORIGIN
                .with("endpoint", where)
                .with("origin", request.headers().get("origin"))
                .with("remote", request.remote())
                .log();
        return Response.error(403, "forbidden", "This origin is not allowed here.");
    }

    /// What is wrong with it; null when nothing is.
    ///
    /// @param version of HTTP, as on the request line
    /// @param own our own origin as the request sees it
    static @Nullable Response fault(
            WebSocketRoute route, Request request, String version, String own) {
        if (!version.equals("HTTP/1.1")) {
            return Response.error(400, "bad_request", "An upgrade needs HTTP/1.1.");
        }
        String origin = request.headers().get("origin");
        if (origin != null && !route.handshake().origins().allows(origin, own)) {
            return foreign(route.endpoint().name(), request);
        }
        if (!request.method().equals("GET")) {
            return failed(route, 405, "An upgrade is a GET.").header("Allow", "GET");
        }
        if (!hasToken(request, "connection", "upgrade") || !asked(request)) {
            return failed(route, 426, "This is a WebSocket endpoint.")
                    .header("Upgrade", "websocket");
        }
        if (!"13".equals(request.headers().get("sec-websocket-version"))) {
            return failed(route, 426, "The WebSocket version must be 13.")
                    .header("Upgrade", "websocket")
                    .header("Sec-WebSocket-Version", "13");
        }
        return badDetail(request);
    }

    /// Whether a WebSocket is asked for at all.
    static boolean asked(Request request) {
        return hasToken(request, "upgrade", "websocket");
    }

    /// The same at a [Gateway]'s path, which looks at the origin itself.
    static @Nullable Response fault(Request request, String version) {
        return version.equals("HTTP/1.1")
                        && request.method().equals("GET")
                        && hasToken(request, "connection", "upgrade")
                        && "13".equals(request.headers().get("sec-websocket-version"))
                ? badDetail(request)
                : Response.error(400, "bad_request", "This is no WebSocket upgrade.");
    }

    private static @Nullable Response badDetail(Request request) {
        if (!validKey(request.headers().get("sec-websocket-key"))) {
            return Response.error(400, "bad_request", "The WebSocket key is not 16 bytes.");
        }
        if (request.headers().containsKey("transfer-encoding")
                || !request.header("content-length").orElse("0").equals("0")) {
            return Response.error(400, "bad_request", "An upgrade has no body.");
        }
        return null;
    }

    private static Response failed(WebSocketRoute route, int status, String message) {
        int wanted = route.handshake().failedStatus();
        return wanted == WebSocketRoute.Handshake.BY_CAUSE
                ? Response.error(status, "upgrade_required", message)
                : Response.error(wanted, "bad_request", message);
    }

    /// The answer to a request that is in order.
    ///
    /// @param head of the 101
    /// @param compression what was agreed: [Compression#OFF] or what was wanted
    record Accepted(String head, Compression compression) {}

    /// @param chosen the subprotocol, if any
    static Accepted accepted(Request request, @Nullable String chosen, Compression wanted) {
        String key = request.headers().getOrDefault("sec-websocket-key", "");
        StringBuilder head = new StringBuilder(256);
        head.append("HTTP/1.1 101 Switching Protocols\r\n")
                .append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ")
                .append(Base64.getEncoder().encodeToString(sha1(key + GUID)));
        if (chosen != null) {
            head.append("\r\nSec-WebSocket-Protocol: ").append(chosen);
        }
        String extension = extension(request, wanted);
        if (extension != null) {
            head.append("\r\nSec-WebSocket-Extensions: ").append(extension);
        }
        return new Accepted(
                head.append("\r\n\r\n").toString(), extension == null ? Compression.OFF : wanted);
    }

    private static @Nullable String extension(Request request, Compression wanted) {
        return switch (wanted.mode()) {
            case OFF -> null;
            case DEFLATE ->
                    DeflateOffer.answer(
                            request.headers().getOrDefault("sec-websocket-extensions", ""));
        };
    }

    /// The first of the client's that the route knows, or null.
    static @Nullable String subprotocol(WebSocketRoute route, Request request) {
        for (String offer : offers(request)) {
            int index = route.handshake().subprotocols().indexOf(offer.strip());
            if (index >= 0) {
                return route.handshake().subprotocols().get(index);
            }
        }
        return null;
    }

    /// From the Authorization header, else from a subprotocol `bearer.<token>`.
    static @Nullable String token(Request request) {
        String bearer = request.bearer().orElse(null);
        if (bearer != null) {
            return bearer;
        }
        for (String offer : offers(request)) {
            String stripped = offer.strip();
            if (stripped.startsWith(BEARER) && stripped.length() > BEARER.length()) {
                return stripped.substring(BEARER.length());
            }
        }
        return null;
    }

    private static String[] offers(Request request) {
        return request.headers().getOrDefault("sec-websocket-protocol", "").split(",", -1);
    }

    private static boolean hasToken(Request request, String header, String token) {
        for (String each : request.headers().getOrDefault(header, "").split(",", -1)) {
            if (each.strip().toLowerCase(Locale.ROOT).equals(token)) {
                return true;
            }
        }
        return false;
    }

    private static boolean validKey(@Nullable String key) {
        if (key == null || key.length() != 24) {
            return false;
        }
        try {
            return Base64.getDecoder().decode(key).length == 16;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static byte[] sha1(String text) {
        try {
            return MessageDigest.getInstance("SHA-1")
                    .digest(text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

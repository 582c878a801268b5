// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.server.http.Head;
import dev.fanfare.server.http.Response;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is wrong with a request's head, before anybody asks what it is for. The answers repeat
/// nothing of it.
final class HttpFault {
    private static final int MOST_HEADERS = 100;

    /// Colon, space and line end.
    private static final int FRAME = 4;

    private HttpFault() {}

    /// Null when nothing is.
    static @Nullable Response of(HttpRequest request, HttpLimits limits) {
        if (request.decoderResult().isFailure()) {
            return undecodable(request.decoderResult().cause(), limits);
        }
        String version = request.protocolVersion().text();
        if (!version.equals("HTTP/1.1") && !version.equals("HTTP/1.0")) {
            return Response.error(505, "bad_request", "This server speaks HTTP/1.1.");
        }
        HttpHeaders headers = request.headers();
        if (headers.size() > MOST_HEADERS) {
            return Response.error(
                    431, "headers_too_large", "At most " + MOST_HEADERS + " headers.");
        }
        if (size(headers) > limits.maxHeaders()) {
            return tooLarge(limits);
        }
        if (request.uri().length() > StrictRequestDecoder.MAX_TARGET) {
            return tooLong();
        }
        if (!validHost(version, headers.getAll(HttpHeaderNames.HOST))) {
            return Response.error(400, "bad_request", "One valid Host header is needed.");
        }
        return validEncoding(version, headers.getAll(HttpHeaderNames.TRANSFER_ENCODING))
                ? null
                : Response.error(
                        400,
                        "bad_request",
                        "The only transfer encoding is chunked, and HTTP/1.0 has none.");
    }

    /// HTTP/1.0 may leave it out, and it may be empty (RFC 9112, 3.2): health checks do both.
    private static boolean validHost(String version, List<String> hosts) {
        return switch (hosts.size()) {
            case 0 -> version.equals("HTTP/1.0");
            case 1 -> hosts.getFirst().isEmpty() || Head.validHost(hosts.getFirst());
            default -> false;
        };
    }

    /// RFC 9112, 6.1.
    private static boolean validEncoding(String version, List<String> encodings) {
        return encodings.isEmpty()
                || (version.equals("HTTP/1.1")
                        && encodings.size() == 1
                        && encodings.getFirst().equalsIgnoreCase("chunked"));
    }

    static Response undecodable(Throwable cause, HttpLimits limits) {
        return switch (cause) {
            case TooLongHttpLineException _ -> tooLong();
            case TooLongHttpHeaderException _ -> tooLarge(limits);
            default -> Response.error(400, "bad_request", "This is not HTTP/1.1.");
        };
    }

    /// But for a Last-Event-ID: whoever was given one and has kept it for long, is not turned away.
    private static int size(HttpHeaders headers) {
        int size = 0;
        for (Map.Entry<String, String> each : headers) {
            if (!each.getKey().equalsIgnoreCase("Last-Event-ID")) {
                size += each.getKey().length() + each.getValue().length() + FRAME;
            }
        }
        return size;
    }

    private static Response tooLarge(HttpLimits limits) {
        return Response.error(
                431,
                "headers_too_large",
                "The headers have at most " + limits.maxHeaders() + " bytes.");
    }

    private static Response tooLong() {
        return Response.error(
                414,
                "uri_too_long",
                "The path and query have at most " + StrictRequestDecoder.MAX_TARGET + " bytes.");
    }
}

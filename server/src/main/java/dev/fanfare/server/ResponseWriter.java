// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.engine.Clock;
import dev.fanfare.server.http.Response;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// Puts a response on the wire as one buffer.
final class ResponseWriter {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

    private ResponseWriter() {}

    enum Body {
        SENT,
        /// The answer to a HEAD.
        LEFT_OUT,
        /// It follows as it comes, and ends with the connection.
        STREAMED
    }

    enum Connection {
        KEEP,
        CLOSE
    }

    /// Whether the response itself asks for the connection's end.
    static boolean closes(Response response) {
        for (Response.Header header : response.headers()) {
            if (header.name().equalsIgnoreCase("Connection")) {
                return header.value().equals("close");
            }
        }
        return false;
    }

    static ByteBuf write(
            ByteBufAllocator allocator,
            Response response,
            Body body,
            Connection connection,
            Clock clock) {
        StringBuilder head = new StringBuilder(256);
        HttpResponseStatus status = HttpResponseStatus.valueOf(response.status());
        head.append("HTTP/1.1 ")
                .append(status.code())
                .append(' ')
                .append(status.reasonPhrase())
                .append("\r\nDate: ")
                .append(DATE.format(Instant.ofEpochMilli(clock.millis())))
                .append("\r\n");
        for (Response.Header header : response.headers()) {
            head.append(header.name()).append(": ").append(header.value()).append("\r\n");
        }
        unlessSet(response, head, "Cache-Control", "no-store");
        unlessSet(response, head, "X-Content-Type-Options", "nosniff");
        if (response.status() != 204 && response.status() != 304 && body != Body.STREAMED) {
            head.append("Content-Length: ").append(response.body().length).append("\r\n");
        }
        if (connection == Connection.CLOSE) {
            unlessSet(response, head, "Connection", "close");
        } else if (response.status() == 426) {
            head.append("Connection: Upgrade\r\n");
        }
        head.append("\r\n");
        byte[] first = head.toString().getBytes(StandardCharsets.ISO_8859_1);
        ByteBuf out = allocator.directBuffer(first.length + response.body().length);
        out.writeBytes(first);
        return body == Body.SENT ? out.writeBytes(response.body()) : out;
    }

    private static void unlessSet(
            Response response, StringBuilder head, String name, String value) {
        for (Response.Header header : response.headers()) {
            if (header.name().equalsIgnoreCase(name)) {
                return;
            }
        }
        head.append(name).append(": ").append(value).append("\r\n");
    }
}

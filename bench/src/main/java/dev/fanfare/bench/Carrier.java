// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// How a connection begins, and how messages lie in its bytes.
enum Carrier {
    WEBSOCKET {
        @Override
        String request(String path, int port, String body) {
            return "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n".formatted(path, port)
                    + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Key: %s\r\n".formatted(Clients.KEY)
                    + "Sec-WebSocket-Version: 13\r\n\r\n";
        }

        @Override
        boolean accepted(String head) {
            return head.startsWith("HTTP/1.1 101 ") && head.contains(Clients.ACCEPT);
        }

        @Override
        int read(byte[] bytes, int from, int to, Frames.Sink sink) {
            return Frames.read(bytes, from, to, sink);
        }
    },

    /// Server-sent events, each of one line (HTML standard, 9.2.6). Whatever else there is between
    /// them, ids and the sizes of chunks too, is skipped: so a chunk has to end where an event
    /// does.
    EVENTS {
        private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

        @Override
        String request(String path, int port, String body) {
            return "%s %s HTTP/1.1\r\n".formatted(body.isEmpty() ? "GET" : "POST", path)
                    + "Host: 127.0.0.1:%d\r\nAccept: text/event-stream\r\n".formatted(port)
                    + "Content-Type: application/x-ndjson\r\n"
                    + "Content-Length: %d\r\n\r\n%s".formatted(body.length(), body);
        }

        @Override
        boolean accepted(String head) {
            return head.startsWith("HTTP/1.1 200 ") && head.contains("text/event-stream");
        }

        @Override
        int read(byte[] bytes, int from, int to, Frames.Sink sink) {
            int line = from;
            for (int at = from; at < to; at++) {
                if (bytes[at] == '\n') {
                    int text = line + DATA.length;
                    if (at > text && Arrays.equals(bytes, line, text, DATA, 0, DATA.length)) {
                        sink.frame(Frames.TEXT, bytes, text, at);
                    }
                    line = at + 1;
                }
            }
            return line;
        }
    };

    /// @param body ASCII; nothing for a request without one
    abstract String request(String path, int port, String body);

    /// Whether the answer's head is what was asked for.
    abstract boolean accepted(String head);

    /// Hands over each complete message.
    ///
    /// @return where the first incomplete one begins
    abstract int read(byte[] bytes, int from, int to, Frames.Sink sink);
}

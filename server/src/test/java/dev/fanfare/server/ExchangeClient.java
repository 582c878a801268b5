// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Exchanges by hand: one connection to a server, on which requests are written and answers read.
/// Frames may be written with single quotes.
final class ExchangeClient implements AutoCloseable {
    static final String CONNECT = "{'type':'connect','id':1,'version':1}";
    static final JsonMapper JSON = JsonMapper.shared();

    private final Socket socket;
    private final InputStream in;

    /// An answer's head, and its body if it has a length.
    record Answer(int status, Map<String, String> headers, String body) {
        List<JsonNode> frames() {
            return body.lines().map(JSON::readTree).map(JsonNode.class::cast).toList();
        }

        List<String> types() {
            return frames().stream().map(frame -> frame.path("type").asString()).toList();
        }

        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    ExchangeClient(int port) throws IOException {
        this(port, 0);
    }

    /// @param window bytes that wait on this side to be read; 0 for what is usual
    ExchangeClient(int port, int window) throws IOException {
        socket = new Socket();
        if (window > 0) {
            socket.setReceiveBufferSize(window);
        }
        socket.connect(new InetSocketAddress("127.0.0.1", port), 20_000);
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
    }

    Socket socket() {
        return socket;
    }

    /// @param headers each with its line end
    ExchangeClient ask(String target, String headers, String... lines) throws IOException {
        String body = String.join("\n", lines).replace('\'', '"');
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head =
                "POST "
                        + target
                        + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
                        + "Content-Length: "
                        + bytes.length
                        + "\r\n"
                        + headers
                        + "\r\n";
        return send(head, bytes);
    }

    ExchangeClient raw(String head) throws IOException {
        return send(head + "\r\n", new byte[0]);
    }

    private ExchangeClient send(String head, byte[] body) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        all.writeBytes(body);
        socket.getOutputStream().write(all.toByteArray());
        return this;
    }

    /// A poll, from the request to its answer.
    Answer poll(String target, String... lines) throws IOException {
        return ask(target, "", lines).answer();
    }

    /// Asks for a stream, and reads its head.
    Answer stream(String... lines) throws IOException {
        return ask("/exchange", "Accept: text/event-stream\r\n", lines).answer();
    }

    /// The next answer's head, and its body if that has a length.
    Answer answer() throws IOException {
        String first = line();
        if (first == null) {
            throw new IOException("no answer");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = headed(); !line.isEmpty(); line = headed()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(java.util.Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        String length = headers.get("content-length");
        byte[] body = length == null ? new byte[0] : in.readNBytes(Integer.parseInt(length));
        if (length != null && body.length < Integer.parseInt(length)) {
            throw new IOException("half an answer");
        }
        return new Answer(
                Integer.parseInt(first.substring(9, 12)),
                headers,
                new String(body, StandardCharsets.UTF_8));
    }

    /// The next event's frame, past comments and blocks without one; null at the stream's end.
    @Nullable JsonNode event() throws IOException {
        for (List<String> block = block(); !block.isEmpty(); block = block()) {
            for (String line : block) {
                if (line.startsWith("data: ")) {
                    return JSON.readTree(line.substring(6));
                }
            }
        }
        return null;
    }

    /// The next event of that type.
    JsonNode event(String type) throws IOException {
        for (JsonNode frame = event(); frame != null; frame = event()) {
            if (frame.path("type").asString().equals(type)) {
                return frame;
            }
        }
        throw new AssertionError("the stream ended without " + type);
    }

    /// The lines up to the next empty one; none at the stream's end.
    List<String> block() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(); line != null; line = line()) {
            if (line.isEmpty()) {
                return lines;
            }
            lines.add(line);
        }
        return List.of();
    }

    private String headed() throws IOException {
        String line = line();
        if (line == null) {
            throw new IOException("half a head");
        }
        return line;
    }

    private @Nullable String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            if (octet == '\n') {
                String text = line.toString(StandardCharsets.UTF_8);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(octet);
        }
        return null;
    }

    /// In the middle of whatever is under way.
    void leave() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

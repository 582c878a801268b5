// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Bytes to and from a server, and nothing that helps.
final class RawSocket implements AutoCloseable {
    static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    static final String UPGRADE =
            "GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Version: 13\r\n"
                    + KEY
                    + "\r\n";

    final Socket socket;
    private final InputStream in;

    RawSocket(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(10_000);
        in = socket.getInputStream();
    }

    static RawSocket upgraded(int port) throws IOException {
        RawSocket raw = new RawSocket(port);
        raw.send(UPGRADE);
        String head = raw.head();
        if (!head.startsWith("HTTP/1.1 101 ")) {
            throw new AssertionError(head);
        }
        return raw;
    }

    /// @param offers what the header Sec-WebSocket-Extensions says
    static RawSocket offering(int port, String offers) throws IOException {
        RawSocket raw = new RawSocket(port);
        raw.send(UPGRADE.replace(KEY, KEY + "Sec-WebSocket-Extensions: " + offers + "\r\n"));
        return raw;
    }

    RawSocket send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawSocket send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /// Up to and with the empty line.
    String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                return head.toString();
            }
            head.append((char) octet);
        }
        return head.toString();
    }

    byte[] read(int count) throws IOException {
        return in.readNBytes(count);
    }

    /// The payload of the next frame, with the first byte of its header in front.
    byte[] frame() throws IOException {
        int first = in.read();
        if (first < 0) {
            return new byte[0];
        }
        int length = in.read();
        if (length == 126) {
            length = (in.read() << 8) | in.read();
        } else if (length == 127) {
            length = (int) ByteBuffer.wrap(in.readNBytes(8)).getLong();
        }
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        frame.writeBytes(in.readNBytes(length));
        return frame.toByteArray();
    }

    /// All there is until the server's end; a reset ends it too.
    byte[] rest() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                out.write(octet);
            }
        } catch (SocketException e) {
            out.writeBytes("RESET".getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }

    String text() throws IOException {
        return new String(rest(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

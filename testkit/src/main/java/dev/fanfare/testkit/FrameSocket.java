// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/// A WebSocket on a blocking socket: the handshake, and frames out and in (RFC 6455). No
/// extensions. One thread reads; any may write.
final class FrameSocket {
    private static final int PATIENCE = 5_000;
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final Map<String, String> headers;

    /// One frame as it is on the wire.
    record Frame(boolean last, int opcode, byte[] payload) {}

    private FrameSocket(Socket socket, Map<String, String> headers, DataInputStream in)
            throws IOException {
        this.socket = socket;
        this.headers = headers;
        this.in = in;
        this.out = socket.getOutputStream();
    }

    static FrameSocket open(URI uri, Handshake handshake) throws IOException {
        Socket socket = new Socket();
        try {
            if (handshake.receiveBuffer() > 0) {
                socket.setReceiveBufferSize(handshake.receiveBuffer());
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE);
            int port = uri.getPort() < 0 ? 80 : uri.getPort();
            socket.connect(new InetSocketAddress(uri.getHost(), port), PATIENCE);
            byte[] nonce = new byte[16];
            ThreadLocalRandom.current().nextBytes(nonce);
            String key = Base64.getEncoder().encodeToString(nonce);
            socket.getOutputStream().write(request(uri, handshake, key));
            DataInputStream in =
                    new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            Map<String, String> headers = response(in, key);
            socket.setSoTimeout(0);
            return new FrameSocket(socket, headers, in);
        } catch (IOException | RuntimeException failed) {
            socket.close();
            throw failed;
        }
    }

    private static byte[] request(URI uri, Handshake handshake, String key) {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        StringBuilder request = new StringBuilder("GET " + path + query + " HTTP/1.1\r\n");
        request.append("Host: ").append(uri.getRawAuthority()).append("\r\n");
        request.append("Connection: Upgrade\r\nUpgrade: websocket\r\n");
        request.append("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ").append(key);
        request.append("\r\n");
        handshake.headers().forEach(line -> request.append(line).append("\r\n"));
        return request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Map<String, String> response(DataInputStream in, String key) throws IOException {
        String status = line(in);
        Map<String, String> headers = new HashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        String[] words = status.split(" ", 3);
        int code = words.length > 1 ? Integer.parseInt(words[1]) : 0;
        if (code != 101) {
            throw new HandshakeRefused(code, Map.copyOf(headers));
        }
        if (!accept(key).equals(headers.get("sec-websocket-accept"))) {
            throw new IOException("wrong Sec-WebSocket-Accept: " + headers);
        }
        return Map.copyOf(headers);
    }

    /// A line of the response's head; empty at its end, and when the connection ends.
    private static String line(DataInputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    private static String accept(String key) {
        try {
            // RFC 6455, section 4.2.2 asks for SHA-1.
            byte[] digest =
                    MessageDigest.getInstance("SHA-1")
                            .digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /// The headers of the 101, by their names in lower case.
    Map<String, String> headers() {
        return headers;
    }

    Frame read() throws IOException {
        int first = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        if ((first & 0x70) != 0 || (second & 0x80) != 0) {
            throw new IOException("a server's frame with RSV bits or a mask: " + first);
        }
        long length = second & 0x7F;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        byte[] payload = new byte[Math.toIntExact(length)];
        in.readFully(payload);
        return new Frame((first & 0x80) != 0, first & 0x0F, payload);
    }

    /// One whole, masked frame.
    void write(int opcode, byte[] payload) throws IOException {
        write(frame(opcode, payload));
    }

    synchronized void write(byte[] raw) throws IOException {
        out.write(raw);
        out.flush();
    }

    private static byte[] frame(int opcode, byte[] payload) {
        int extra = payload.length < 126 ? 0 : payload.length < 65_536 ? 2 : 8;
        byte[] frame = new byte[6 + extra + payload.length];
        frame[0] = (byte) (0x80 | opcode);
        frame[1] = (byte) (0x80 | (extra == 0 ? payload.length : extra == 2 ? 126 : 127));
        for (int i = 0; i < extra; i++) {
            frame[2 + i] = (byte) ((long) payload.length >>> (8 * (extra - 1 - i)));
        }
        int mask = ThreadLocalRandom.current().nextInt();
        for (int i = 0; i < 4; i++) {
            frame[2 + extra + i] = (byte) (mask >>> (24 - 8 * i));
        }
        for (int i = 0; i < payload.length; i++) {
            frame[6 + extra + i] = (byte) (payload[i] ^ (mask >>> (24 - 8 * (i & 3))));
        }
        return frame;
    }

    void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /// Ends with a RST instead of a FIN.
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    void close() throws IOException {
        socket.close();
    }
}

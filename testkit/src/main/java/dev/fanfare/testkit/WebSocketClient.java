// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A WebSocket client for tests, of any protocol: it says what it expects, waits for it with a
/// deadline, and says what came instead. It can also misbehave: send bytes that are no frames, stop
/// reading, reset, close half.
///
/// What arrives is kept until a test asks for it; asking takes it. A virtual thread reads, and
/// answers WebSocket pings and the close. All methods may be called from any thread.
public final class WebSocketClient implements AutoCloseable {
    /// How long everything that waits does so, unless told otherwise.
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private final FrameSocket socket;
    private final Inbox inbox = new Inbox();
    private final Ear ear;
    private final Object gate = new Object();
    private final Thread reader;
    private boolean reading = true;
    private volatile boolean answersPings = true;
    private final AtomicInteger closeFrames = new AtomicInteger();

    private WebSocketClient(FrameSocket socket, Ear ear) {
        this.socket = socket;
        this.ear = ear;
        this.reader = Thread.ofVirtual().name("websocket-client").start(this::read);
    }

    public static WebSocketClient open(URI uri) {
        return open(uri, Handshake.PLAIN);
    }

    /// @throws HandshakeRefused when the answer is not 101
    public static WebSocketClient open(URI uri, Handshake handshake) {
        return open(uri, handshake, Ear.CLOSED);
    }

    static WebSocketClient open(URI uri, Handshake handshake, Ear ear) {
        try {
            return new WebSocketClient(FrameSocket.open(uri, handshake), ear);
        } catch (IOException failed) {
            throw new UncheckedIOException("connecting to " + uri + ": " + failed, failed);
        }
    }

    /// Hears what arrives before it can be asked for, on the reading thread and in order.
    interface Ear {
        Ear CLOSED =
                new Ear() {
                    @Override
                    public void hears(WebSocketClient by, JsonNode message) {}

                    @Override
                    public void ends() {}
                };

        void hears(WebSocketClient by, JsonNode message);

        void ends();
    }

    /// The headers of the server's 101, by their names in lower case.
    public Map<String, String> handshakeHeaders() {
        return socket.headers();
    }

    /// What is sent after the server has closed goes nowhere, as it does in a browser.
    public WebSocketClient sends(String text) {
        return write(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    public WebSocketClient sendsBinary(byte[] payload) {
        return write(BINARY, payload);
    }

    /// Bytes as they are, frames or not.
    public WebSocketClient sendsRaw(byte[] bytes) {
        try {
            socket.write(bytes);
            return this;
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    inbox.missed("to send", failed.toString()).getMessage(), failed);
        }
    }

    public WebSocketClient pings(byte[] payload) {
        return write(PING, payload);
    }

    private WebSocketClient write(int opcode, byte[] payload) {
        try {
            socket.write(opcode, payload);
            return this;
        } catch (IOException failed) {
            if (inbox.closed() != null) {
                return this;
            }
            throw new UncheckedIOException(
                    inbox.missed("to send", failed.toString()).getMessage(), failed);
        }
    }

    /// The next text message.
    public String receivesText() {
        return inbox.take("a text message", PATIENCE, f -> f.opcode() == TEXT ? f.text() : null);
    }

    public byte[] receivesBinary() {
        return inbox.take(
                "a binary message", PATIENCE, f -> f.opcode() == BINARY ? f.payload() : null);
    }

    public byte[] receivesPong() {
        return inbox.take("a pong", PATIENCE, f -> f.opcode() == PONG ? f.payload() : null);
    }

    public byte[] receivesPing() {
        return inbox.take("a ping", PATIENCE, f -> f.opcode() == PING ? f.payload() : null);
    }

    /// The first JSON message that is like this; those before it are left for later.
    public JsonNode receivesJson(Predicate<JsonNode> like) {
        return receivesJson("a JSON message like the one described", PATIENCE, like);
    }

    /// @param what what an error says was expected
    public JsonNode receivesJson(String what, Duration within, Predicate<JsonNode> like) {
        return inbox.take(
                what,
                within,
                frame -> {
                    JsonNode json = json(frame);
                    return json != null && like.test(json) ? json : null;
                });
    }

    private static @Nullable JsonNode json(Inbox.Frame frame) {
        if (frame.opcode() != TEXT) {
            return null;
        }
        try {
            return JSON.readTree(frame.payload());
        } catch (JacksonException notJson) {
            return null;
        }
    }

    /// The text messages that have arrived and were not taken.
    public List<String> waiting() {
        return inbox.waiting().stream()
                .filter(frame -> frame.opcode() == TEXT)
                .map(Inbox.Frame::text)
                .toList();
    }

    public Closed isClosed() {
        return inbox.awaitClose(PATIENCE);
    }

    /// @return for the reason
    public Closed isClosedWith(int code) {
        return isClosedWith(code, PATIENCE);
    }

    public Closed isClosedWith(int code, Duration within) {
        Closed closed = inbox.awaitClose(within);
        if (closed.code() != code) {
            throw inbox.missed("a close with " + code, "another came");
        }
        return closed;
    }

    public void isOpen() {
        Assertions.assertThat(inbox.closed()).as("how the connection ended").isNull();
    }

    /// How many close frames the server has sent: more than one is a defect.
    public int closeFrames() {
        return closeFrames.get();
    }

    /// Reads nothing more, so that the server's sends fill the buffers between. At most the frame
    /// that is being waited for is still read.
    public WebSocketClient stopsReading() {
        synchronized (gate) {
            reading = false;
        }
        return this;
    }

    public WebSocketClient resumesReading() {
        synchronized (gate) {
            reading = true;
            gate.notifyAll();
        }
        return this;
    }

    /// Leaves WebSocket pings without a pong.
    public WebSocketClient ignoresPings() {
        answersPings = false;
        return this;
    }

    /// Sends a close frame and waits for the other.
    public Closed closes(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        byte[] payload =
                Arrays.copyOf(new byte[] {(byte) (code >>> 8), (byte) code}, 2 + text.length);
        System.arraycopy(text, 0, payload, 2, text.length);
        write(CLOSE, payload);
        return isClosed();
    }

    /// Vanishes with a RST.
    public void reset() {
        end(socket::reset);
    }

    /// Sends a FIN and goes on reading.
    public void halfCloses() {
        try {
            socket.halfClose();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// Drops the connection without a close frame, with a FIN. May be called again.
    @Override
    public void close() {
        end(socket::close);
    }

    private interface Ending {
        void run() throws IOException;
    }

    private void end(Ending ending) {
        try {
            ending.run();
            resumesReading();
            reader.join();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        int opcode = 0;
        try {
            while (true) {
                awaitGate();
                FrameSocket.Frame frame = socket.read();
                if (frame.opcode() >= CLOSE) {
                    control(frame);
                    continue;
                }
                opcode = frame.opcode() == 0 ? opcode : frame.opcode();
                message.writeBytes(frame.payload());
                if (frame.last()) {
                    arrived(new Inbox.Frame(opcode, message.toByteArray()));
                    message.reset();
                }
            }
        } catch (EOFException end) {
            inbox.close(new Closed(1006, ""));
        } catch (IOException | InterruptedException | RuntimeException failed) {
            inbox.close(new Closed(1006, failed.toString()));
        } finally {
            ear.ends();
        }
    }

    private void arrived(Inbox.Frame frame) {
        if (ear != Ear.CLOSED) {
            JsonNode json = json(frame);
            if (json != null) {
                ear.hears(this, json);
            }
        }
        inbox.add(frame);
    }

    private void awaitGate() throws InterruptedException {
        synchronized (gate) {
            while (!reading) {
                gate.wait();
            }
        }
    }

    private void control(FrameSocket.Frame frame) throws IOException {
        byte[] payload = frame.payload();
        if (frame.opcode() == CLOSE) {
            // Counted before anybody can know of it.
            boolean first = closeFrames.incrementAndGet() == 1;
            inbox.close(closed(payload));
            if (first) {
                answer(CLOSE, Arrays.copyOf(payload, Math.min(2, payload.length)));
            }
            return;
        }
        inbox.add(new Inbox.Frame(frame.opcode(), payload));
        if (frame.opcode() == PING && answersPings) {
            answer(PONG, payload);
        }
    }

    /// An answer that cannot be sent is no reason not to read what is still there.
    private void answer(int opcode, byte[] payload) {
        try {
            socket.write(opcode, payload);
        } catch (IOException gone) {
            inbox.close(new Closed(1006, String.valueOf(gone.getMessage())));
        }
    }

    private static Closed closed(byte[] payload) {
        if (payload.length < 2) {
            return new Closed(1005, "");
        }
        int code = (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF);
        String reason = new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        return new Closed(code, reason);
    }
}

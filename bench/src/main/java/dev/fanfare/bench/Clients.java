// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// All connections of the driver: one thread, one selector, one buffer to read into.
final class Clients implements AutoCloseable {
    /// A handshake's key need not be secret, and one does for all.
    static final String KEY =
            Base64.getEncoder()
                    .encodeToString("fanfare benchmar".getBytes(StandardCharsets.US_ASCII));

    static final String ACCEPT = accept(KEY);

    /// What a scenario does with what happens. The time is that of the read that brought it.
    interface Events {
        default void opened(Connection connection) {}

        default void message(Connection connection, byte[] bytes, int from, int to) {}

        default void lost(Connection connection, Connection.State before) {}

        /// Called between reads, often.
        default void turn() {}
    }

    private static final int EVENTS_PER_TURN = 32;
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final int port;
    private final Wire wire;
    private final Selector selector;
    private final byte[] in = new byte[1 << 19];
    private final SplittableRandom masks = new SplittableRandom();
    private final List<String> troubles = new ArrayList<>();
    private final @Nullable Marker heartbeat;
    private final String heartbeatAnswer;

    private Events events = new Events() {};
    private long now;
    private long reads;
    private long bytes;
    private int pending;
    private int open;
    private int failures;
    private int handled;

    Clients(int port, Wire wire) throws IOException {
        this.port = port;
        this.wire = wire;
        this.selector = Selector.open();
        Wire.Step question = wire.heartbeat();
        this.heartbeat = question == null ? null : new Marker(question.await());
        this.heartbeatAnswer = question == null ? "" : question.send();
    }

    void events(Events listener) {
        events = listener;
    }

    Connection connect(Wire.Role role, int index) throws IOException {
        pending++;
        return new Connection(this, role, index);
    }

    /// Opens connections, some at a time, until that many more are open.
    ///
    /// @throws IllegalStateException when one fails, or nothing moves for 15 s
    List<Connection> open(Wire.Role role, int first, int count, int atOnce) throws IOException {
        List<Connection> all = new ArrayList<>(count);
        int before = open;
        Watchdog watchdog = new Watchdog(PATIENCE);
        while (open - before < count) {
            while (all.size() < count && pending < atOnce) {
                all.add(connect(role, first + all.size()));
            }
            pump(20);
            if (failures > 0 || watchdog.stuck(open)) {
                throw new IllegalStateException(
                        "opened " + (open - before) + " of " + count + ": " + troubles);
            }
        }
        return all;
    }

    /// Waits for events and hands them out.
    ///
    /// @param millis how long at most; 0 does not wait
    void pump(long millis) throws IOException {
        if (millis > 0) {
            selector.select(this::handle, millis);
        } else {
            selector.selectNow(this::handle);
        }
        events.turn();
    }

    void pumpFor(Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toMillis(); left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            pump(Math.min(left, 100));
        }
    }

    private void handle(SelectionKey key) {
        if (key.attachment() instanceof Connection connection) {
            now = System.nanoTime();
            connection.ready();
            if (++handled % EVENTS_PER_TURN == 0) {
                events.turn();
            }
        }
    }

    /// The time of the latest read.
    long now() {
        return now;
    }

    long reads() {
        return reads;
    }

    long bytes() {
        return bytes;
    }

    /// Connections that failed to open or were closed by the server.
    int failures() {
        return failures;
    }

    int pending() {
        return pending;
    }

    /// What went wrong, the first few of it.
    List<String> troubles() {
        return troubles;
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : List.copyOf(selector.keys())) {
            if (key.attachment() instanceof Connection connection) {
                connection.reset();
            }
        }
        selector.close();
    }

    // ---- for connections

    InetSocketAddress server(Wire.Role role) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), wire.port(role, port));
    }

    Selector selector() {
        return selector;
    }

    Wire wire() {
        return wire;
    }

    /// What every connection reads into; nothing stays in it from one read to the next.
    byte[] in() {
        return in;
    }

    int mask() {
        return masks.nextInt();
    }

    void received(int count) {
        reads++;
        bytes += count;
    }

    void opened(Connection connection) {
        pending--;
        open++;
        events.opened(connection);
    }

    void message(Connection connection, byte[] message, int from, int to) {
        events.message(connection, message, from, to);
    }

    boolean isHeartbeat(byte[] message, int from, int to) {
        return heartbeat != null && heartbeat.isAll(message, from, to);
    }

    String heartbeatAnswer() {
        return heartbeatAnswer;
    }

    void lost(Connection connection, Connection.State before, String why) {
        if (before == Connection.State.OPEN) {
            open--;
        } else {
            pending--;
        }
        failures++;
        trouble(why);
        events.lost(connection, before);
    }

    void trouble(String what) {
        if (troubles.size() < 5) {
            troubles.add(what);
        }
    }

    private static String accept(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1")
                            .digest(
                                    (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                                            .getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

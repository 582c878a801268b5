// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Close;
import dev.fanfare.core.Transport;
import dev.fanfare.server.Conversation;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What comes by a WebSocket: a connection's packets, or the attempt to take one over.
final class SocketConversation implements Conversation {
    private static final byte[] PROBE = {'2', 'p', 'r', 'o', 'b', 'e'};
    private static final byte[] UPGRADE = {'5'};

    private final Connection connection;
    private final SocketCarrier carrier;
    private final @Nullable Runnable unfinished;

    /// What may be under way to the connection's loop, which may be another, or wait there.
    private static final long MAX_IN_FLIGHT = 64 << 10;

    private static final int MESSAGE_OVERHEAD = 1 << 10;

    private final AtomicLong inFlight = new AtomicLong();

    /// Whether the socket was told that there is no room.
    private volatile boolean stopped;

    /// On the connection's loop: what came while it took nothing.
    private final ArrayDeque<Message> waiting = new ArrayDeque<>(0);

    /// Changed on the connection's loop.
    private volatile boolean carries;

    private record Message(int size, Runnable task) {}

    private SocketConversation(
            Connection connection, SocketCarrier carrier, @Nullable Runnable unfinished) {
        this.connection = connection;
        this.carrier = carrier;
        this.carries = unfinished == null;
        this.unfinished = unfinished;
        carrier.onResume(this::drain);
    }

    static SocketConversation of(Connection connection, SocketCarrier carrier) {
        return new SocketConversation(connection, carrier, null);
    }

    /// A WebSocket that has still to prove itself.
    ///
    /// @param within runs its argument when that has taken too long
    static SocketConversation probing(
            Connection connection, Transport socket, EngineIo.Deadline within) {
        SocketCarrier carrier = new SocketCarrier(socket);
        Runnable[] cancel = {() -> {}};
        SocketConversation probing =
                new SocketConversation(connection, carrier, () -> cancel[0].run());
        cancel[0] = within.set(() -> connection.onLoop(probing::late));
        return probing;
    }

    private void late() {
        if (!carries) {
            carrier.close(Close.of(1001, "the upgrade was not completed"));
        }
    }

    @Override
    public String name() {
        return "socket.io";
    }

    @Override
    public void text(byte[] message) {
        receive(
                message,
                () -> {
                    if (carries) {
                        connection.reader().text(message);
                    } else {
                        probe(message);
                    }
                });
    }

    private void receive(byte[] message, Runnable task) {
        int size = message.length + MESSAGE_OVERHEAD;
        inFlight.addAndGet(size);
        connection.onLoop(() -> {
            waiting.add(new Message(size, task));
            drain();
        });
    }

    private void drain() {
        while (isReading() && !waiting.isEmpty()) {
            Message next = waiting.remove();
            inFlight.addAndGet(-next.size());
            next.task().run();
        }
        if (stopped && canTake()) {
            stopped = false;
            carrier.resumeSocket();
        }
    }

    private boolean isReading() {
        return !carries || connection.reader().hasRoom();
    }

    private boolean canTake() {
        return isReading() && inFlight.get() < MAX_IN_FLIGHT;
    }

    @Override
    public boolean hasRoom() {
        if (!canTake()) {
            stopped = true;
            // Else what was taken meanwhile would not be told.
            stopped = !canTake();
        }
        return !stopped;
    }

    private void probe(byte[] message) {
        if (Arrays.equals(message, PROBE)) {
            connection.probed(carrier);
        } else if (Arrays.equals(message, UPGRADE)) {
            carries = true;
            finish();
            connection.upgrade(carrier);
        } else {
            carrier.close(Close.of(1002, "no probe"));
        }
    }

    private void finish() {
        if (unfinished != null) {
            unfinished.run();
        }
    }

    @Override
    public void binary(byte[] message) {
        receive(
                message,
                () -> {
                    if (carries) {
                        connection.reader().binary(message);
                    } else {
                        carrier.close(Close.of(1002, "no probe"));
                    }
                });
    }

    @Override
    public void tooLarge() {
        offended(Close.of(1009, "larger than maxPayload"));
    }

    @Override
    public void writable() {
        carrier.look();
        connection.onLoop(() -> {
            if (carries) {
                connection.drained();
            }
        });
    }

    @Override
    public boolean known() {
        return connection.isKnown();
    }

    @Override
    public void offended(Close close) {
        connection.onLoop(() -> {
            if (carries) {
                connection.close(close);
            }
            carrier.close(close);
        });
    }

    @Override
    public void closed(Close close) {
        connection.onLoop(() -> {
            finish();
            if (carries) {
                connection.lost(carrier, close);
            } else {
                connection.unclaim();
            }
        });
    }
}

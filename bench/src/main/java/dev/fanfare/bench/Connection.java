// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// One client. It holds no buffer while nothing of it is under way.
final class Connection extends Order.Place {
    enum State {
        CONNECTING,
        ASKING,
        LOGIN,
        OPEN,
        CLOSED
    }

    private static final byte[] NOTHING = new byte[0];

    final Wire.Role role;
    final int index;

    /// When it was begun, or its latest call.
    long began = System.nanoTime();

    /// The last sequence number that was sent.
    long sent = -1;

    State state = State.CONNECTING;

    private final Clients clients;
    private final Carrier carrier;
    private final SocketChannel socket;
    private final SelectionKey key;
    private List<Wire.Step> steps = List.of();

    /// The beginning of a frame whose rest has not come.
    private byte[] tail = NOTHING;

    private byte[] unsent = NOTHING;

    Connection(Clients clients, Wire.Role role, int index) throws IOException {
        this.clients = clients;
        this.carrier = clients.wire().carrier(role);
        this.role = role;
        this.index = index;
        this.socket = SocketChannel.open();
        socket.configureBlocking(false);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        socket.connect(clients.server(role));
        this.key = socket.register(clients.selector(), SelectionKey.OP_CONNECT, this);
    }

    void ready() {
        try {
            if (key.isConnectable() && socket.finishConnect()) {
                key.interestOps(SelectionKey.OP_READ);
                state = State.ASKING;
                write(ByteBuffer.wrap(request()));
            } else if (key.isWritable()) {
                key.interestOps(SelectionKey.OP_READ);
                ByteBuffer rest = ByteBuffer.wrap(unsent);
                unsent = NOTHING;
                write(rest);
            }
            if (key.isValid() && key.isReadable()) {
                read();
            }
        } catch (IOException | IllegalStateException e) {
            lost(e.toString());
        }
    }

    /// Sends one message.
    void send(String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ByteBuffer.allocate(body.length + Frames.HEADER);
        Frames.write(frame, Frames.TEXT, body, clients.mask());
        send(frame.flip());
    }

    /// Sends frames that are ready for the wire.
    void send(ByteBuffer frames) {
        try {
            write(frames);
        } catch (IOException e) {
            lost(e.toString());
        }
    }

    /// Ends it without a word: the peer sees a reset, and no port is kept waiting.
    void reset() {
        try {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            socket.close();
        } catch (IOException e) {
            clients.trouble("reset: " + e);
        }
        state = State.CLOSED;
    }

    private byte[] request() {
        Wire wire = clients.wire();
        int port = clients.server(role).getPort();
        return carrier.request(wire.path(role, index), port, wire.body(role, index))
                .getBytes(StandardCharsets.US_ASCII);
    }

    private void write(ByteBuffer bytes) throws IOException {
        if (unsent.length == 0) {
            socket.write(bytes);
        }
        if (bytes.hasRemaining()) {
            byte[] more = new byte[unsent.length + bytes.remaining()];
            System.arraycopy(unsent, 0, more, 0, unsent.length);
            bytes.get(more, unsent.length, bytes.remaining());
            unsent = more;
            key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
    }

    private void read() throws IOException {
        byte[] in = clients.in();
        System.arraycopy(tail, 0, in, 0, tail.length);
        int count = socket.read(ByteBuffer.wrap(in, tail.length, in.length - tail.length));
        if (count < 0) {
            lost("the server closed the connection");
            return;
        }
        clients.received(count);
        int to = tail.length + count;
        int frames = state == State.ASKING ? accepted(in, to) : 0;
        int rest = frames < 0 ? 0 : carrier.read(in, frames, to, this::frame);
        if (state != State.CLOSED) {
            tail = rest == to ? NOTHING : Arrays.copyOfRange(in, rest, to);
        }
    }

    /// @return where the first message begins, or -1 while the answer is incomplete
    private int accepted(byte[] in, int to) {
        String head = new String(in, 0, to, StandardCharsets.ISO_8859_1);
        int end = head.indexOf("\r\n\r\n");
        if (end < 0) {
            return -1;
        }
        if (!carrier.accepted(head)) {
            throw new IllegalStateException("not accepted: " + head.lines().findFirst().orElse(""));
        }
        state = State.LOGIN;
        steps = clients.wire().login(role, index);
        proceed();
        return end + 4;
    }

    private void proceed() {
        if (steps.isEmpty()) {
            state = State.OPEN;
            clients.opened(this);
        } else if (!steps.getFirst().send().isEmpty()) {
            send(steps.getFirst().send());
        }
    }

    private void frame(int opcode, byte[] bytes, int from, int to) {
        switch (opcode) {
            case Frames.TEXT, Frames.BINARY -> message(bytes, from, to);
            case Frames.PING -> {
                ByteBuffer pong = ByteBuffer.allocate(to - from + Frames.HEADER);
                byte[] body = Arrays.copyOfRange(bytes, from, to);
                Frames.write(pong, Frames.PONG, body, clients.mask());
                send(pong.flip());
            }
            case Frames.CLOSE ->
                    lost("closed: " + new String(bytes, from, to - from, StandardCharsets.UTF_8));
            default -> clients.trouble("opcode " + opcode);
        }
    }

    private void message(byte[] bytes, int from, int to) {
        if (clients.isHeartbeat(bytes, from, to)) {
            send(clients.heartbeatAnswer());
        } else if (state == State.OPEN) {
            clients.message(this, bytes, from, to);
        } else if (state == State.LOGIN
                && new Marker(steps.getFirst().await()).after(bytes, from, to) >= 0) {
            steps = steps.subList(1, steps.size());
            proceed();
        }
    }

    private void lost(String why) {
        if (state != State.CLOSED) {
            State before = state;
            state = State.CLOSED;
            clients.lost(this, before, why);
            try {
                socket.close();
            } catch (IOException e) {
                clients.trouble("close: " + e);
            }
        }
    }
}

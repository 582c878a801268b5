// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.Close;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// What a [Connection]'s packets travel by. Everything is called on the connection's loop.
sealed interface Carrier permits Polling, SocketCarrier {
    /// Queues whole WebSocket frames of ours; takes over one reference of `frames`.
    void write(ByteBuf frames);

    void flush();

    /// Packets are taken again.
    void resume();

    boolean writable();

    /// Bytes accepted and not yet taken by the operating system.
    long pending();

    /// Sends what is queued, if it can be, and ends. Calling it again does nothing.
    void close(Close close);

    default void send(byte[] frame) {
        write(Unpooled.wrappedBuffer(frame));
        flush();
    }
}

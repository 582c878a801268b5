// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Position;
import io.netty.buffer.ByteBuf;

/// One connection, as its session sees it. Everything but [#loop] is called on that loop only.
public interface Transport {
    Loop loop();

    /// Encodes for this connection what many sessions are sent: another encoder than `plain` where
    /// the connection wants those frames otherwise, such as deflated. One object for all
    /// connections that want the same, always the same for one connection. What only this session
    /// is sent is encoded by `plain`.
    default Encoder encoder(Encoder plain) {
        return plain;
    }

    /// Whether more should be written now. When it turns from false to true, the transport calls
    /// [Session#writable].
    boolean writable();

    /// Bytes accepted and not yet taken by the operating system.
    long pending();

    /// Whether what is pending is on its way; it is not where everything goes together in the end.
    default boolean draining() {
        return true;
    }

    /// Queues whole frames; takes over one reference of `frames`.
    void write(ByteBuf frames);

    /// A subscription begins behind this position. This and the next two are for a transport whose
    /// clients come back and say how far they got in terms of what was written.
    default void begins(String channel, Position at) {}

    /// Everything of this channel up to and with `upTo` that this session is owed has been written.
    default void reached(String channel, Position upTo) {}

    /// The session is about to end, and has its subscriptions yet. Comes once.
    default void leaves() {}

    void flush();

    /// A command that [Session#offer] did not take may be offered again, and what comes behind it
    /// read on. It may come for nothing.
    default void resume() {}

    /// Asks the peer for a sign of life below the dialect (a WebSocket ping).
    void ping();

    /// Flushes what is queued, closes in form, and calls [Session#closed] in the end. Calling it
    /// again does nothing.
    void close(Close close);
}

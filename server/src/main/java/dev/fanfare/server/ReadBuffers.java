// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.FailureLog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/// The buffers that connections are read into on io_uring. Netty 4.2.18 allocates them there where
/// nothing is caught: an allocation that fails would end the event loop, and with it the node.
/// Without memory the buffer is empty. Nothing can be read into it, which Netty takes for the end
/// of the stream, and it closes that one connection.
final class ReadBuffers extends FixedRecvByteBufAllocator {
    private final FailureLog failures;

    ReadBuffers(int size, FailureLog failures) {
        super(size);
        this.failures = failures;
    }

    @Override
    public ExtendedHandle newHandle() {
        return new OrEmpty((ExtendedHandle) super.newHandle());
    }

    private final class OrEmpty extends DelegatingHandle implements ExtendedHandle {
        private final ExtendedHandle sized;

        OrEmpty(ExtendedHandle sized) {
            super(sized);
            this.sized = sized;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            try {
                return sized.allocate(allocator);
            } catch (OutOfMemoryError e) {
                failures.warn("a connection is closed for want of memory", e);
                return Unpooled.EMPTY_BUFFER;
            }
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return sized.continueReading(maybeMore);
        }
    }
}

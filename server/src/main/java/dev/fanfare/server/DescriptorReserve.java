// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// File descriptors that are held back, and given up when connections have taken all others: a node
/// must still be able to load a class, to open a file and to reach its database. A class that
/// cannot be loaded once can never be loaded by the code that asked for it. Any thread.
final class DescriptorReserve {
    private static final int SIZE = 16;

    private final List<SocketChannel> held = new ArrayList<>(SIZE + 1);

    /// @return false, and nothing is held, unless a descriptor is left beside the reserve
    synchronized boolean take() {
        try {
            while (held.size() <= SIZE) {
                held.add(SocketChannel.open());
            }
            held.removeLast().close();
            return true;
        } catch (IOException _) {
            release();
            return false;
        }
    }

    /// @return why no descriptor is left beside the reserve; null when one is
    static @Nullable IOException shortage() {
        try {
            SocketChannel.open().close();
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    synchronized void release() {
        held.forEach(DescriptorReserve::close);
        held.clear();
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException _) {
            // The descriptor is given back all the same (close(2)).
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Counts, by address, the connections that have not said who they are. An IPv6 network of /64
/// counts as one address. From any thread.
public final class Strangers {
    private final ConcurrentHashMap<String, Integer> counts = new ConcurrentHashMap<>();
    private final int most;
    private final HttpLimits.Loopback loopback;

    public Strangers(HttpLimits limits) {
        this.most = limits.strangersPerAddress();
        this.loopback = limits.loopback();
    }

    /// What an answer to [#enter] is given back by; null when the address is not counted.
    public @Nullable String key(InetAddress address) {
        if (address.isLoopbackAddress() && loopback == HttpLimits.Loopback.EXEMPT) {
            return null;
        }
        byte[] bytes = address.getAddress();
        return bytes.length == 4
                ? address.getHostAddress()
                : HexFormat.of().formatHex(Arrays.copyOf(bytes, 8));
    }

    public Entry enter(String key) {
        return counts.merge(key, 1, Integer::sum) > most ? Entry.TOO_MANY : Entry.ADMITTED;
    }

    public void leave(String key) {
        counts.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
    }

    /// Both are undone by [#leave].
    public enum Entry {
        ADMITTED,
        TOO_MANY
    }
}

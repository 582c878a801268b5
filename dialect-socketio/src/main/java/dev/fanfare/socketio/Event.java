// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An event as Socket.IO has it, with its arguments in the hub's form.
///
/// @param data JSON, as [Args] reads and writes it: the one argument; several, or none, are
///   `{"$args":[...]}`. Bytes within are `{"$binary":"<base64>"}` and travel as attachments. Never
///   changed after this object was made
public record Event(String name, byte[] data) {
    private static final Set<String> RESERVED =
            Set.of(
                    "connect",
                    "connect_error",
                    "disconnect",
                    "disconnecting",
                    "newListener",
                    "removeListener");

    /// @param arguments any number of them; bytes may be a `byte[]`
    /// @throws IllegalArgumentException when one has no JSON
    public static Event of(String name, @Nullable Object... arguments) {
        return new Event(name, Args.of(arguments).data());
    }

    /// Whether the clients' libraries keep this name for themselves, and take it for a broken
    /// packet when it comes over the wire.
    public static boolean reserved(String name) {
        return RESERVED.contains(name);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Event that
                && name.equals(that.name)
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return name.hashCode() * 31 + Arrays.hashCode(data);
    }
}

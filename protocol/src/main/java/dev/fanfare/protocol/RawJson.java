// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// One JSON value as it is on the wire. The codec never looks inside when it writes one, and has
/// validated those that it read.
///
/// @param utf8 the value's bytes; never changed after this object was made
public record RawJson(byte[] utf8) {
    public static RawJson of(String json) {
        return new RawJson(json.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RawJson that && Arrays.equals(utf8, that.utf8);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(utf8);
    }

    /// The JSON text.
    @Override
    public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}

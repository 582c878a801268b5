// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A text that is looked for in many messages of the same shape: where it was last is tried first.
final class Marker {
    private final byte[] text;
    private int hint;

    Marker(String text) {
        this.text = text.getBytes(StandardCharsets.UTF_8);
    }

    /// The index behind the text, or -1.
    int after(byte[] bytes, int from, int to) {
        if (isAt(from + hint, bytes, to)) {
            return from + hint + text.length;
        }
        for (int at = from; at + text.length <= to; at++) {
            if (isAt(at, bytes, to)) {
                hint = at - from;
                return at + text.length;
            }
        }
        return -1;
    }

    /// Whether there is nothing else.
    boolean isAll(byte[] bytes, int from, int to) {
        return to - from == text.length && isAt(from, bytes, to);
    }

    private boolean isAt(int at, byte[] bytes, int to) {
        return at + text.length <= to
                && Arrays.equals(bytes, at, at + text.length, text, 0, text.length);
    }
}

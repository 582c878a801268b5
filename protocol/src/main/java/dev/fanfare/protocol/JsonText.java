// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import org.jspecify.annotations.Nullable;

/// What the bytes of a JSON text must be, whoever sends them: UTF-8 (RFC 8259, 8.1), with every
/// escaped surrogate in a pair (8.2).
///
/// A JSON parser does not check that. Ours takes UTF-16 and UTF-32 too, and does not decode the
/// strings that it skips. Each entrance checks once; what has passed is never checked again.
public final class JsonText {
    private static final int ESCAPE = 6;
    private static final byte[] REPLACEMENT = {'\\', 'u', 'f', 'f', 'f', 'd'};

    private JsonText() {}

    /// What is wrong with the bytes, to follow a noun: "is not UTF-8". It repeats nothing of them.
    /// Null when nothing is wrong; whether they are JSON is for a parser to say.
    public static @Nullable String problem(byte[] text) {
        return Utf8.valid(text) ? problemOfUtf8(text) : "is not UTF-8 (RFC 8259, 8.1)";
    }

    /// The same for bytes that are UTF-8 for certain, as those of a WebSocket text message are.
    public static @Nullable String problemOfUtf8(byte[] text) {
        for (int i = 0; i < text.length; i++) {
            if (text[i] == 0) {
                return "has a NUL, which JSON in UTF-8 never has (RFC 8259, 8.1)";
            }
            if (text[i] == '\\') {
                int length = escape(text, i);
                if (length == 0) {
                    return "has half a surrogate pair in a string (RFC 8259, 8.2)";
                }
                i += length - 1;
            }
        }
        return null;
    }

    /// The same JSON with the escape of U+FFFD for every escape that is half a surrogate pair: for
    /// sources that cannot be refused.
    public static byte[] replaceHalfPairs(byte[] json) {
        byte[] replaced = json;
        for (int i = 0; i < json.length; i++) {
            if (json[i] == '\\') {
                int length = escape(json, i);
                if (length == 0) {
                    replaced = replaced == json ? json.clone() : replaced;
                    System.arraycopy(REPLACEMENT, 0, replaced, i, ESCAPE);
                }
                i += length == 0 ? ESCAPE - 1 : length - 1;
            }
        }
        return replaced;
    }

    /// The length of the escape, or pair of escapes, that begins at `at`; 0 for half a pair.
    private static int escape(byte[] text, int at) {
        int unit = codeUnit(text, at);
        if (unit < 0) {
            return 2;
        }
        if (!Character.isSurrogate((char) unit)) {
            return ESCAPE;
        }
        int next = codeUnit(text, at + ESCAPE);
        return next >= 0 && Character.isSurrogatePair((char) unit, (char) next) ? 2 * ESCAPE : 0;
    }

    /// The code unit of the unicode escape at that place, or -1 when none is there.
    private static int codeUnit(byte[] text, int at) {
        if (at + ESCAPE > text.length || text[at] != '\\' || text[at + 1] != 'u') {
            return -1;
        }
        int unit = 0;
        for (int i = at + 2; i < at + ESCAPE; i++) {
            int digit = Character.digit(text[i], 16);
            if (digit < 0) {
                return -1;
            }
            unit = unit << 4 | digit;
        }
        return unit;
    }
}

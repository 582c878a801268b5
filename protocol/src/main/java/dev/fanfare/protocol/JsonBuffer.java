// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Writes one frame into one array. When the length that it was told to expect is right, that array
/// is the frame: nothing is copied twice. Owned by the thread that made it.
final class JsonBuffer {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final Framing framing;
    private final int headroom;
    private byte[] bytes;
    private int end;

    /// @param expected bytes of the text
    JsonBuffer(Framing framing, int expected) {
        this.framing = framing;
        this.headroom = framing.headroom(expected);
        this.bytes = new byte[headroom + expected + framing.tailroom()];
        this.end = headroom;
    }

    /// The finished frame; this buffer is not used again.
    byte[] frame() {
        int length = end - headroom;
        int needed = framing.headroom(length);
        int tail = framing.tailroom();
        byte[] frame = bytes;
        if (needed != headroom || end + tail != bytes.length) {
            frame = new byte[needed + length + tail];
            System.arraycopy(bytes, headroom, frame, needed, length);
        }
        framing.fill(frame, length);
        return frame;
    }

    /// Bytes that are JSON already.
    JsonBuffer raw(byte[] json) {
        ensure(json.length);
        System.arraycopy(json, 0, bytes, end, json.length);
        end += json.length;
        return this;
    }

    @SuppressWarnings("deprecation") // getBytes(int...) copies ASCII without a buffer in between
    JsonBuffer ascii(String json) {
        int length = json.length();
        ensure(length);
        json.getBytes(0, length, bytes, end);
        end += length;
        return this;
    }

    JsonBuffer number(long value) {
        if (value < 0) {
            return ascii(Long.toString(value));
        }
        int digits = digits(value);
        ensure(digits);
        long rest = value;
        for (int i = end + digits - 1; i >= end; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        end += digits;
        return this;
    }

    static int digits(long value) {
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    /// A string with its quotes.
    @SuppressWarnings("deprecation") // as above
    JsonBuffer string(String value) {
        int length = value.length();
        if (!plain(value)) {
            return escaped(value);
        }
        ensure(length + 2);
        bytes[end] = '"';
        value.getBytes(0, length, bytes, end + 1);
        bytes[end + 1 + length] = '"';
        end += length + 2;
        return this;
    }

    /// `name` is written as it is, so it has its comma and colon.
    JsonBuffer optional(String name, @Nullable String value) {
        return value == null ? this : ascii(name).string(value);
    }

    private static boolean plain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c == '"' || c == '\\' || c >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private JsonBuffer escaped(String value) {
        ensure(value.length() * 6 + 2);
        bytes[end++] = '"';
        for (int i = 0; i < value.length(); ) {
            int c = value.codePointAt(i);
            i += Character.charCount(c);
            if (c == '"' || c == '\\') {
                bytes[end++] = '\\';
                bytes[end++] = (byte) c;
            } else if (c < ' ') {
                ascii("\\u00");
                bytes[end++] = HEX[c >> 4];
                bytes[end++] = HEX[c & 15];
            } else {
                utf8(c);
            }
        }
        bytes[end++] = '"';
        return this;
    }

    /// Half a surrogate pair becomes U+FFFD: a text frame must be valid UTF-8 (RFC 6455, 8.1).
    private void utf8(int codePoint) {
        int c = codePoint >= 0xD800 && codePoint <= 0xDFFF ? 0xFFFD : codePoint;
        if (c < 0x80) {
            bytes[end++] = (byte) c;
            return;
        }
        if (c < 0x800) {
            bytes[end++] = (byte) (0xC0 | c >> 6);
        } else {
            if (c < 0x10000) {
                bytes[end++] = (byte) (0xE0 | c >> 12);
            } else {
                bytes[end++] = (byte) (0xF0 | c >> 18);
                bytes[end++] = (byte) (0x80 | c >> 12 & 0x3F);
            }
            bytes[end++] = (byte) (0x80 | c >> 6 & 0x3F);
        }
        bytes[end++] = (byte) (0x80 | c & 0x3F);
    }

    private void ensure(int more) {
        if (bytes.length - end < more) {
            bytes = Arrays.copyOf(bytes, Math.max(end + more, bytes.length * 2));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.nio.charset.StandardCharsets;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// A message with two numbers in it that change: its sequence number (10 digits) and the time it
/// was sent (16 digits). Both have a fixed width, so that a message is made by overwriting digits
/// in place.
final class Template {
    static final String SEQUENCE = "\"seq\":";
    static final String TIME = "\"at\":";

    private static final long SEQUENCE_BASE = 1_000_000_000L;
    private static final long TIME_BASE = 2_000_000_000_000_000L;
    private static final String SEQUENCE_SLOT = Long.toString(SEQUENCE_BASE);
    private static final String TIME_SLOT = Long.toString(TIME_BASE);

    private final byte[] text;
    private final int[] sequences;
    private final int time;

    /// @param text has the slots that [#payload] and [#number] put there
    Template(String text) {
        this.text = text.getBytes(StandardCharsets.UTF_8);
        this.sequences =
                Pattern.compile(SEQUENCE_SLOT)
                        .matcher(text)
                        .results()
                        .mapToInt(MatchResult::start)
                        .toArray();
        this.time = text.indexOf(TIME_SLOT);
    }

    /// A JSON object of exactly that many bytes, at least 60, with both slots.
    static String payload(int bytes) {
        String head = "{" + SEQUENCE + SEQUENCE_SLOT + "," + TIME + TIME_SLOT + ",\"pad\":\"";
        return head + "x".repeat(Math.max(0, bytes - head.length() - 2)) + "\"}";
    }

    /// The slot of the sequence number, for a place outside the payload.
    static String number() {
        return SEQUENCE_SLOT;
    }

    /// The message; valid until the next call.
    byte[] message(long sequence, long nanos) {
        for (int at : sequences) {
            digits(at, 10, SEQUENCE_BASE + sequence);
        }
        if (time >= 0) {
            digits(time, 16, TIME_BASE + nanos);
        }
        return text;
    }

    /// The sequence number whose first digit is at `from`.
    static long sequence(byte[] bytes, int from) {
        return number(bytes, from, 10) - SEQUENCE_BASE;
    }

    /// The time whose first digit is at `from`.
    static long time(byte[] bytes, int from) {
        return number(bytes, from, 16) - TIME_BASE;
    }

    private void digits(int from, int count, long value) {
        long rest = value;
        for (int i = from + count - 1; i >= from; i--) {
            text[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private static long number(byte[] bytes, int from, int count) {
        long value = 0;
        for (int i = from; i < from + count; i++) {
            value = value * 10 + (bytes[i] - '0');
        }
        return value;
    }
}

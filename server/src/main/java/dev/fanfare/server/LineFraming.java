// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.protocol.Framing;
import java.nio.charset.StandardCharsets;

/// Frames as lines of text: `data` keeps what JSON permits between its tokens, and a line break
/// there would end the line, so that whoever publishes could write lines of another's. It comes as
/// a space, and so does every other control character but a tab.
final class LineFraming implements Framing {
    /// `application/x-ndjson`.
    static final LineFraming LINES = new LineFraming("", "\n");

    /// `text/event-stream` (HTML standard, 9.2).
    static final LineFraming EVENTS = new LineFraming("data: ", "\n\n");

    private final byte[] before;
    private final byte[] behind;

    private LineFraming(String before, String behind) {
        this.before = before.getBytes(StandardCharsets.US_ASCII);
        this.behind = behind.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public int headroom(int length) {
        return before.length;
    }

    @Override
    public int tailroom() {
        return behind.length;
    }

    @Override
    public void fill(byte[] frame, int length) {
        int end = before.length + length;
        for (int i = before.length; i < end; i++) {
            if (frame[i] >= 0 && frame[i] < ' ' && frame[i] != '\t') {
                frame[i] = ' ';
            }
        }
        System.arraycopy(before, 0, frame, 0, before.length);
        System.arraycopy(behind, 0, frame, end, behind.length);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Close;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameReaderTest {
    private final Heard heard = new Heard();
    private final FrameReader reader =
            new FrameReader(
                    FrameLimits.DEFAULT, Dialect.Messages.TEXT, Compression.Mode.OFF, heard);

    @ParameterizedTest(name = "{0} -> {2}")
    @CsvSource(
            textBlock =
                    """
                    unmasked,                         8101 61,                  1002
                    RSV1 without deflate,             C180 00000000,            1002
                    RSV2,                             A180 00000000,            1002
                    RSV3,                             9180 00000000,            1002
                    RSV1 on a control frame,          C980 00000000,            1002
                    reserved opcode 3,                8380 00000000,            1002
                    reserved opcode 7,                8780 00000000,            1002
                    reserved opcode 11,               8B80 00000000,            1002
                    reserved opcode 15,               8F80 00000000,            1002
                    fragmented ping,                  0980 00000000,            1002
                    control over 125,                 89FE 007E,                1002
                    continuation without a start,     8080 00000000,            1002
                    a message inside a message,       0180 00000000 8180,       1002
                    16-bit length not minimal,        81FE 007D,                1002
                    64-bit length not minimal,        81FF 000000000000FFFF,    1002
                    64-bit length with its top bit,   81FF 8000000000000000,    1002
                    close of one byte,                8881 00000000 03,         1002
                    close 0,                          8882 00000000 0000,       1002
                    close 999,                        8882 00000000 03E7,       1002
                    close 1004,                       8882 00000000 03EC,       1002
                    close 1005,                       8882 00000000 03ED,       1002
                    close 1006,                       8882 00000000 03EE,       1002
                    close 1015,                       8882 00000000 03F7,       1002
                    close 1016,                       8882 00000000 03F8,       1002
                    close 2999,                       8882 00000000 0BB7,       1002
                    close 5000,                       8882 00000000 1388,       1002
                    invalid UTF-8 in a close reason,  8883 00000000 03E8FF,     1007
                    overlong,                         8182 00000000 C080,       1007
                    surrogate,                        8183 00000000 EDA080,     1007
                    above U+10FFFF,                   8184 00000000 F4908080,   1007
                    cut at the message's end,         8182 00000000 E282,       1007
                    binary,                           8280 00000000,            1003
                    announced over max-frame,         81FF 0000000000100001,    1009
                    """)
    void violationsGetOneCloseWithTheirCode(String what, String hex, int code) {
        feed(HexFormat.of().parseHex(hex.replace(" ", "")));
        feed(HexFormat.of().parseHex("898000000000"));

        assertThat(heard.events).containsExactly("violated " + code);
    }

    @Test
    void stopsBeforeNextFrameWithoutRoom() {
        ByteBuf two =
                Unpooled.wrappedBuffer(
                        frame(0x81, new byte[] {'a'}), frame(0x81, new byte[] {'b'}));
        heard.room = 1;
        reader.read(two);
        assertThat(heard.events).containsExactly("text a");
        reader.read(two);
        assertThat(heard.events).containsExactly("text a");
        heard.room = 1;
        reader.read(two);
        assertThat(heard.events).containsExactly("text a", "text b");
        assertThat(two.isReadable()).isFalse();
    }

    @Test
    void aMessageIsTheSameHoweverItIsCut() {
        byte[] text =
                "{\"name\":\"Zoë – 🎺\"} and more than eight bytes"
                        .getBytes(StandardCharsets.UTF_8);
        byte[] wire =
                concat(
                        frame(0x01, Arrays.copyOf(text, 15)),
                        frame(0x89, "hi".getBytes(StandardCharsets.UTF_8)),
                        frame(0x80, Arrays.copyOfRange(text, 15, text.length)));
        for (int step = 1; step <= wire.length; step++) {
            heard.events.clear();
            for (int at = 0; at < wire.length; at += step) {
                feed(Arrays.copyOfRange(wire, at, Math.min(wire.length, at + step)));
            }
            assertThat(heard.events)
                    .containsExactly("ping hi", "text " + new String(text, StandardCharsets.UTF_8));
        }
    }

    @Test
    void aMessageOverTheLimitIsThrownAwayAndTheNextOneRead() {
        byte[] large = new byte[(64 << 10) + 1];
        Arrays.fill(large, (byte) 'a');

        feed(frame(0x81, large));
        feed(frame(0x81, "next".getBytes(StandardCharsets.UTF_8)));

        assertThat(heard.events).containsExactly("tooLarge", "text next");
    }

    @Test
    void aMessageOverTheLimitByItsFragmentsIsThrownAway() {
        byte[] half = new byte[40 << 10];
        Arrays.fill(half, (byte) 'a');

        feed(concat(frame(0x01, half), frame(0x00, half), frame(0x80, half)));
        feed(frame(0x81, "next".getBytes(StandardCharsets.UTF_8)));

        assertThat(heard.events).containsExactly("tooLarge", "text next");
    }

    @Test
    void whatIsThrownAwayIsStillValidated() {
        byte[] large = new byte[70 << 10];
        Arrays.fill(large, (byte) 'a');
        large[69 << 10] = (byte) 0xff;

        feed(frame(0x81, large));

        assertThat(heard.events).containsExactly("violated 1007");
    }

    @Test
    void aMessageOfTheLargestSizeIsDelivered() {
        byte[] largest = new byte[64 << 10];
        Arrays.fill(largest, (byte) 'a');

        feed(frame(0x81, largest));

        assertThat(heard.events).containsExactly("text " + "a".repeat(64 << 10));
    }

    @Test
    void emptyFragmentsAreCountedToo() {
        feed(frame(0x01, new byte[0]));
        for (int i = 1; i < 1_024; i++) {
            feed(frame(0x00, new byte[0]));
        }
        assertThat(heard.events).isEmpty();

        feed(frame(0x00, new byte[0]));

        assertThat(heard.events).containsExactly("violated 1008");
    }

    private void feed(byte[] bytes) {
        reader.read(Unpooled.wrappedBuffer(bytes));
    }

    static byte[] frame(int first, byte[] payload) {
        byte[] mask = {0x12, (byte) 0xfe, 0x56, 0x78};
        int extra = payload.length < 126 ? 0 : payload.length < 1 << 16 ? 2 : 8;
        byte[] frame = new byte[6 + extra + payload.length];
        frame[0] = (byte) first;
        frame[1] = (byte) (0x80 | (extra == 0 ? payload.length : extra == 2 ? 126 : 127));
        for (int i = 0; i < extra; i++) {
            frame[2 + i] = (byte) ((long) payload.length >> (8 * (extra - 1 - i)));
        }
        System.arraycopy(mask, 0, frame, 2 + extra, 4);
        for (int i = 0; i < payload.length; i++) {
            frame[6 + extra + i] = (byte) (payload[i] ^ mask[i & 3]);
        }
        return frame;
    }

    private static byte[] concat(byte[]... parts) {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static final class Heard implements FrameReader.Peer {
        final List<String> events = new ArrayList<>();
        int room = Integer.MAX_VALUE;

        @Override
        public boolean hasRoom() {
            return room > 0;
        }

        @Override
        public void text(byte[] message) {
            room--;
            events.add("text " + new String(message, StandardCharsets.UTF_8));
        }

        @Override
        public void binary(byte[] message) {
            events.add("binary");
        }

        @Override
        public void tooLarge() {
            events.add("tooLarge");
        }

        @Override
        public void ping(byte[] payload) {
            events.add("ping " + new String(payload, StandardCharsets.UTF_8));
        }

        @Override
        public void pong() {
            events.add("pong");
        }

        @Override
        public void closed(int code) {
            events.add("closed " + code);
        }

        @Override
        public void violated(Close close) {
            events.add("violated " + close.code());
        }
    }
}

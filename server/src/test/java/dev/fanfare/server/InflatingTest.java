// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static dev.fanfare.server.Deflating.deflated;
import static dev.fanfare.server.FrameReaderTest.frame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Close;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a peer may do where permessage-deflate was agreed.
class InflatingTest {
    private static final int LIMIT = FrameLimits.DEFAULT.message();

    private final Heard heard = new Heard();
    private final FrameReader reader =
            new FrameReader(
                    FrameLimits.DEFAULT,
                    Dialect.Messages.TEXT_AND_BINARY,
                    Compression.Mode.DEFLATE,
                    heard);

    @Test
    void aDeflatedMessageIsInflatedHoweverItIsCut() {
        byte[] text = "{\"name\":\"Zoë – 🎺\"}".repeat(40).getBytes(StandardCharsets.UTF_8);
        byte[] small = deflated(text);
        byte[] wire =
                concat(
                        frame(0x41, Arrays.copyOf(small, 10)),
                        frame(0x89, "hi".getBytes(StandardCharsets.UTF_8)),
                        frame(0x00, new byte[0]),
                        frame(0x80, Arrays.copyOfRange(small, 10, small.length)));
        for (int step = 1; step <= wire.length; step++) {
            heard.events.clear();
            for (int at = 0; at < wire.length; at += step) {
                feed(Arrays.copyOfRange(wire, at, Math.min(wire.length, at + step)));
            }
            assertThat(heard.events)
                    .containsExactly("ping", "text " + new String(text, StandardCharsets.UTF_8));
        }
    }

    @Test
    void messagesMayBePlainTooAndOneHasNoContextOfAnother() {
        byte[] text = "abcabcabcabcabcabcabcabc".getBytes(StandardCharsets.UTF_8);
        feed(frame(0xc1, deflated(text)));
        feed(frame(0x81, text));
        feed(frame(0xc1, deflated(text)));
        feed(frame(0xc1, deflated(new byte[0])));

        String event = "text abcabcabcabcabcabcabcabc";
        assertThat(heard.events).containsExactly(event, event, event, "text ");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "the RFC's own example 7.2.3.1, f2 48 cd c9 c9 07 00",
        "a stored block 7.2.3.3,        00 05 00 fa ff 48 65 6c 6c 6f 00",
        "a final block 7.2.3.4,         f3 48 cd c9 c9 07 00 00",
        "a final block and no more,     f3 48 cd c9 c9 07 00",
        "two blocks 7.2.3.5,            f2 48 05 00 00 00 ff ff ca c9 c9 07 00",
    })
    void readsWhatTheRfcShows(String what, String hex) {
        feed(frame(0xc1, HexFormat.of().parseHex(hex.strip().replace(" ", ""))));

        assertThat(heard.events).as(what).containsExactly("text Hello");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "RSV1 on a continuation,      4180 00000000 C080, 1002",
        "RSV1 on a ping,              C980 00000000,      1002",
        "RSV2 beside RSV1,            E180 00000000,      1002",
        "RSV3 alone,                  9180 00000000,      1002",
        "a reserved block type,       C181 00000000 07,   1007",
        "nothing at all,              C180 00000000,      1007",
        "cut in a block,              C183 00000000 f248cd, 1007",
        "a distance before the start, C184 00000000 4b044311, 1007",
        "noise,                       C185 00000000 6afe00ff91, 1007",
    })
    void violationsGetOneCloseWithTheirCode(String what, String hex, int code) {
        feed(HexFormat.of().parseHex(hex.replace(" ", "")));
        feed(frame(0x89, new byte[0]));

        assertThat(heard.events).as(what).containsExactly("violated " + code);
    }

    @Test
    void utf8IsCheckedAfterInflating() {
        feed(frame(0xc1, deflated(new byte[] {'a', (byte) 0xc0, (byte) 0x80})));

        assertThat(heard.events).containsExactly("violated 1007");
    }

    @Test
    void aMessageOfTheLimitIsTakenAndOneByteMoreIsThrownAway() {
        byte[] noise = new byte[LIMIT + 1];
        new Random(3).nextBytes(noise);
        feed(frame(0xc2, deflated(Arrays.copyOf(noise, LIMIT))));
        feed(frame(0xc2, deflated(noise)));
        feed(frame(0xc2, deflated(new byte[LIMIT])));
        feed(frame(0xc2, deflated(new byte[LIMIT + 1])));
        feed(frame(0xc1, deflated("still here".getBytes(StandardCharsets.UTF_8))));

        assertThat(heard.events)
                .containsExactly(
                        "binary " + LIMIT,
                        "too large",
                        "binary " + LIMIT,
                        "too large",
                        "text still here");
    }

    @Test
    void moreThanAnyMessageTakesIsThrownAwayAndTheConnectionLives() {
        byte[] noise = new byte[900_000];
        new Random(4).nextBytes(noise);
        feed(frame(0xc1, deflated(noise)));
        feed(frame(0x81, "still here".getBytes(StandardCharsets.UTF_8)));

        assertThat(heard.events).containsExactly("too large", "text still here");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 1_000})
    void aBombCostsNoMemoryAndIsClosed(int fragments) {
        byte[] bomb = Deflating.bomb(200);
        assertThat(bomb.length).isLessThan(210_000);
        feed(frame(0xc1, deflated("warm".getBytes(StandardCharsets.UTF_8))));
        heard.events.clear();
        long before = allocated();
        int at = 0;
        for (int i = 0; i < fragments; i++) {
            int to = (int) ((long) bomb.length * (i + 1) / fragments);
            int first = (i == 0 ? 0x41 : 0) | (i == fragments - 1 ? 0x80 : 0);
            feed(frame(first, Arrays.copyOfRange(bomb, at, to)));
            at = to;
        }

        assertThat(heard.events).containsExactly("violated 1009");
        // The test's own frames are copies of the bomb; the rest is what was kept of it.
        assertThat(allocated() - before).isLessThan(3_000_000);
    }

    @Test
    void aBombTooSmallToBeThrownAwayIsClosedToo() {
        feed(frame(0xc1, Deflating.bomb(2)));

        assertThat(heard.events).containsExactly("violated 1009");
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }

    private void feed(byte[] bytes) {
        reader.read(Unpooled.wrappedBuffer(bytes));
    }

    private static byte[] concat(byte[]... parts) {
        byte[] all = new byte[0];
        for (byte[] part : parts) {
            int at = all.length;
            all = Arrays.copyOf(all, at + part.length);
            System.arraycopy(part, 0, all, at, part.length);
        }
        return all;
    }

    private static final class Heard implements FrameReader.Peer {
        final List<String> events = new ArrayList<>();

        @Override
        public void text(byte[] message) {
            events.add("text " + new String(message, StandardCharsets.UTF_8));
        }

        @Override
        public void binary(byte[] message) {
            events.add("binary " + message.length);
        }

        @Override
        public void tooLarge() {
            events.add("too large");
        }

        @Override
        public void ping(byte[] payload) {
            events.add("ping");
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

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Encoder;
import dev.fanfare.core.Push;
import dev.fanfare.core.Reply;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeflationTest {
    private static final int THRESHOLD = 256;

    private final Deflation deflation = new Deflation();

    @ParameterizedTest
    @ValueSource(ints = {256, 257, 1_000, 65_535, 65_536, 200_000, 3_000_000})
    void aFrameGrowsSmallerAndSaysTheSame(int length) {
        byte[] frame = TextFrame.of(json(length));

        byte[] deflated = deflation.deflate(frame, THRESHOLD);

        assertThat(deflated).hasSizeLessThan(frame.length);
        assertThat(frames(deflated)).containsExactly(new Seen(0xc1, json(length)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255})
    void aSmallFrameIsLeftAsItIs(int length) {
        byte[] frame = TextFrame.of(json(length));

        assertThat(deflation.deflate(frame, THRESHOLD)).isSameAs(frame);
    }

    @Test
    void whatWouldNotGrowSmallerIsLeftAsItIs() {
        byte[] noise = new byte[5_000];
        new Random(1).nextBytes(noise);
        byte[] frame = TextFrame.of(noise);
        frame[0] = (byte) 0x82;

        assertThat(deflation.deflate(frame, THRESHOLD)).isSameAs(frame);
    }

    @Test
    void eachOfSeveralFramesIsJudgedOnItsOwn() {
        byte[] noise = new byte[1_000];
        new Random(2).nextBytes(noise);
        byte[] frames =
                join(
                        TextFrame.of(json(100)),
                        opcode(0x82, json(70_000)),
                        opcode(0x82, noise),
                        opcode(0x01, json(500)),
                        opcode(0x80, json(500)),
                        opcode(0x8a, json(20)),
                        TextFrame.of(json(300)));

        List<Seen> seen = frames(deflation.deflate(frames, THRESHOLD));

        assertThat(seen)
                .containsExactly(
                        new Seen(0x81, json(100)),
                        new Seen(0xc2, json(70_000)),
                        new Seen(0x82, noise),
                        new Seen(0x01, json(500)),
                        new Seen(0x80, json(500)),
                        new Seen(0x8a, json(20)),
                        new Seen(0xc1, json(300)));
    }

    @Test
    void anEncoderHasOneDeflatingEncoderForAllItsSessions() {
        Encoder one = new Plain();
        Encoder other = new Plain();
        Encoder deflating = deflation.encoder(one, Compression.DEFLATE);

        assertThat(deflation.encoder(one, Compression.DEFLATE.threshold(1_024)))
                .isSameAs(deflating);
        assertThat(deflation.encoder(other, Compression.DEFLATE)).isNotSameAs(deflating);
        assertThat(deflating.push(new Push.Ping())).isNull();
        assertThat(deflating.reply(1, new Reply.Answer(null))).isEqualTo(TextFrame.of(json(9_000)));
    }

    private static final class Plain implements Encoder {
        @Override
        public byte @Nullable [] push(Push push) {
            return null;
        }

        @Override
        public byte[] reply(long id, Reply reply) {
            return TextFrame.of(json(9_000));
        }
    }

    /// A frame as it was read, inflated.
    private record Seen(int first, byte[] payload) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Seen seen
                    && seen.first == first
                    && Arrays.equals(seen.payload, payload);
        }

        @Override
        public int hashCode() {
            return first;
        }
    }

    private static List<Seen> frames(byte[] wire) {
        List<Seen> seen = new ArrayList<>();
        for (int at = 0; at < wire.length; ) {
            int first = wire[at] & 0xff;
            long length = wire[at + 1];
            int header = length == 127 ? 10 : length == 126 ? 4 : 2;
            if (header > 2) {
                length = 0;
                for (int i = 2; i < header; i++) {
                    length = length << 8 | wire[at + i] & 0xff;
                }
                assertThat(length).isGreaterThan(header == 4 ? 125 : 65_535);
            }
            byte[] payload = Arrays.copyOfRange(wire, at + header, (int) (at + header + length));
            seen.add(new Seen(first, (first & 0x40) == 0 ? payload : Deflating.inflated(payload)));
            at += header + (int) length;
        }
        return seen;
    }

    private static byte[] opcode(int first, byte[] payload) {
        byte[] frame = TextFrame.of(payload);
        frame[0] = (byte) first;
        return frame;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] json(int length) {
        byte[] text = new byte[length];
        Random random = new Random(length);
        byte[] field =
                "{\"orderId\":123,\"status\":\"preparing\"},".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < length; i++) {
            text[i] =
                    random.nextInt(8) == 0
                            ? (byte) random.nextInt('a', 'z')
                            : field[i % field.length];
        }
        return text;
    }
}

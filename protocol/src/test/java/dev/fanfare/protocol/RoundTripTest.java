// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoundTripTest {
    private final Codec codec = new Codec(Codec.MAX_MESSAGE);

    @Test
    void aPayloadComesBackByteForByte() throws BadFrame {
        for (String data :
                new String[] {
                    "{\"a\" : [1, 2.50, \"\\u00e4\\\"\", null]}",
                    "\"text\"",
                    "-12.5e3",
                    "7",
                    "true",
                    "null",
                    "[]"
                }) {
            ClientFrame frame = new ClientFrame.Publish(7, "a:b", null, null, RawJson.of(data));
            assertThat(codec.decodeClient(Codec.encode(frame))).isEqualTo(frame);
            ServerFrame push =
                    new ServerFrame.Publication(
                            "a:b", 3, new Entry(5, "t", 9, "e", null, RawJson.of(data)));
            assertThat(Codec.decodeServer(Codec.encode(push))).isEqualTo(push);
        }
    }

    @Test
    void textThatHasToBeEscapedComesBack() throws BadFrame {
        String odd = "ä\"\\\n\u0001\u2028😀/";
        ClientFrame frame = new ClientFrame.Publish(1, odd, odd, odd, RawJson.of("1"));
        assertThat(codec.decodeClient(Codec.encode(frame))).isEqualTo(frame);
        ServerFrame push =
                new ServerFrame.Publication(
                        odd, 4, new Entry(5, odd, 9, odd, odd, RawJson.of("1")));
        assertThat(Codec.decodeServer(Codec.encode(push))).isEqualTo(push);
    }

    @Test
    void halfASurrogatePairIsNeverWritten() throws BadFrame {
        ServerFrame push = new ServerFrame.Joined("c", new Member("a\ud800b", null));
        assertThat(Codec.decodeServer(Codec.encode(push)))
                .isEqualTo(new ServerFrame.Joined("c", new Member("a\ufffdb", null)));
    }

    @Test
    void aPublicationIsWrittenIntoAnArrayOfItsLength() {
        Framing two =
                new Framing() {
                    @Override
                    public int headroom(int length) {
                        return length < 126 ? 2 : 4;
                    }

                    @Override
                    public void fill(byte[] frame, int length) {
                        frame[0] = (byte) length;
                    }
                };
        for (String channel : new String[] {"c", "ä".repeat(20)}) {
            byte[] text = Codec.encode(publication(channel));
            byte[] framed = Codec.encode(publication(channel), two);
            int room = two.headroom(text.length);
            assertThat(framed).hasSize(text.length + room).endsWith(text);
            assertThat(framed[0]).isEqualTo((byte) text.length);
        }
    }

    private static ServerFrame publication(String channel) {
        return new ServerFrame.Publication(
                channel, 4, new Entry(5, "t", 9, null, null, RawJson.of("1")));
    }
}

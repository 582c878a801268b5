// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static dev.fanfare.server.FrameReaderTest.frame;
import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.core.Close;
import dev.fanfare.testkit.ManualClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FramesIT {
    private static final byte[] NORMAL = {0x03, (byte) 0xe8};

    private final ManualClock clock = new ManualClock();
    private final EchoNode node =
            new EchoNode(
                    clock,
                    HttpLimits.DEFAULT.loopback(HttpLimits.Loopback.EXEMPT),
                    listener -> listener.socket(EchoNode.route()));

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void aMessageComesBack() throws IOException {
        try (RawSocket raw = RawSocket.upgraded(node.port())) {
            raw.send(text("hello"));

            assertThat(raw.frame()).isEqualTo(prefixed(0x81, "hello"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "8101 61, 1002",
        "C180 00000000, 1002",
        "8888 00000000 03EC, 1002",
        "8182 00000000 C080, 1007",
        "81FF 0000000000100001, 1009",
    })
    void aViolationGetsExactlyOneCloseAndTheEnd(String hex, int code) throws IOException {
        String wire = hex.replace("8888", "8882").replace(" ", "");
        try (RawSocket raw = RawSocket.upgraded(node.port())) {
            raw.send(HexFormat.of().parseHex(wire));
            byte[] close = raw.frame();

            assertThat(close[0]).isEqualTo((byte) 0x88);
            assertThat(((close[1] & 0xff) << 8) | (close[2] & 0xff)).isEqualTo(code);
            assertThat(raw.rest()).isEmpty();
        }
        eventually(() -> assertThat(node.server.connections()).isZero());
    }

    @Test
    void aCloseIsEchoedOnceAndThenTcpEnds() throws IOException {
        try (RawSocket raw = RawSocket.upgraded(node.port())) {
            raw.send(frame(0x88, NORMAL));

            assertThat(raw.rest()).isEqualTo(HexFormat.of().parseHex("880203e8"));
        }
        eventually(() -> assertThat(node.hub.sessions()).isEmpty());
    }

    @Test
    void aPeerThatIgnoresOurCloseIsResetAfterFiveSeconds() throws IOException {
        try (RawSocket raw = RawSocket.upgraded(node.port())) {
            eventually(() -> assertThat(node.hub.sessions()).hasSize(1));
            node.hub.sessions().getFirst().disconnect(Close.FLOOD);
            assertThat(raw.frame()[0]).isEqualTo((byte) 0x88);
            assertThat(node.server.connections()).isOne();

            clock.advance(Duration.ofSeconds(7));

            assertThat(new String(raw.rest(), StandardCharsets.US_ASCII)).isEqualTo("RESET");
        }
    }

    @Test
    void aMessageOverTheLimitIsAnsweredAndTheConnectionLives() throws IOException {
        byte[] large = new byte[100_000];
        Arrays.fill(large, (byte) 'a');
        try (RawSocket raw = RawSocket.upgraded(node.port())) {
            raw.send(frame(0x81, large)).send(text("still here"));

            assertThat(new String(raw.frame(), StandardCharsets.UTF_8)).contains("max-message");
            assertThat(raw.frame()).isEqualTo(prefixed(0x81, "still here"));
        }
    }

    @Test
    void aPingIsAnsweredBetweenTheFragmentsOfAMessage() throws IOException {
        try (RawSocket raw = RawSocket.upgraded(node.port())) {
            raw.send(frame(0x01, bytes("he")))
                    .send(frame(0x89, bytes("p")))
                    .send(frame(0x80, bytes("llo")));

            assertThat(raw.frame()).isEqualTo(prefixed(0x8a, "p"));
            assertThat(raw.frame()).isEqualTo(prefixed(0x81, "hello"));
        }
    }

    @ParameterizedTest
    @CsvSource({"0x89", "0x8a"})
    void aFloodOfControlFramesIsClosed(String kind) throws IOException {
        try (RawSocket raw = RawSocket.upgraded(node.port())) {
            for (int i = 0; i < 12; i++) {
                raw.send(frame(Integer.decode(kind), new byte[0]));
            }
            byte[] frame = raw.frame();
            while (frame.length == 1) {
                frame = raw.frame();
            }

            assertThat(frame).startsWith(0x88, 4013 >> 8, 4013 & 0xff);
        }
    }

    @Test
    void aMessageOpenForTenSecondsIsClosed() throws IOException {
        try (RawSocket raw = RawSocket.upgraded(node.port())) {
            raw.send(frame(0x89, new byte[0]));
            raw.frame();
            raw.send(frame(0x01, bytes("never"))).send(frame(0x89, new byte[0]));
            raw.frame();
            eventually(() -> {
                clock.advance(Duration.ofSeconds(6));
                assertThat(raw.socket.getInputStream().available()).isPositive();
            });

            assertThat(raw.frame()).startsWith(0x88, 1008 >> 8, 1008 & 0xff);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"IO_URING", "EPOLL", "NIO"})
    void connectionsThatAreCutLeaveNothingBehind(NettyTransport.Kind kind) throws IOException {
        assumeTrue(NettyTransport.works(kind));
        HttpLimits limits = HttpLimits.DEFAULT.loopback(HttpLimits.Loopback.EXEMPT);
        try (EchoNode other =
                new EchoNode(clock, limits, kind, listener -> listener.socket(EchoNode.route()))) {
            for (int i = 0; i < 50; i++) {
                RawSocket raw = RawSocket.upgraded(other.port());
                raw.send(frame(0x01, bytes("half")));
                if (i % 2 == 0) {
                    raw.socket.setSoLinger(true, 0);
                }
                raw.close();
            }

            eventually(() -> assertThat(other.server.connections()).isZero());
            eventually(() -> assertThat(other.hub.sessions()).isEmpty());
        }
    }

    private static byte[] text(String text) {
        return frame(0x81, bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] prefixed(int first, String text) {
        byte[] all = new byte[text.length() + 1];
        all[0] = (byte) first;
        System.arraycopy(bytes(text), 0, all, 1, text.length());
        return all;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static dev.fanfare.server.Deflating.deflated;
import static dev.fanfare.server.FrameReaderTest.frame;
import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Command;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Push;
import dev.fanfare.core.Reply;
import dev.fanfare.core.Session;
import dev.fanfare.engine.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// permessage-deflate over real sockets: what a client publishes to a channel of its own comes back
/// as it was, whatever was agreed.
class DeflateIT {
    private static final String OFFER = "permessage-deflate; client_max_window_bits";
    private static final int THRESHOLD = 512;

    /// Five kinds of payload at what browsers offer, as Autobahn's chapter 12 has them.
    private static final String[] KINDS = {"json", "zeros", "noise", "unicode", "binary"};

    /// Seven negotiations, as in its chapter 13.
    private static final String[] NEGOTIATIONS = {
        "permessage-deflate",
        "permessage-deflate; server_no_context_takeover",
        "permessage-deflate; client_no_context_takeover",
        "permessage-deflate; client_max_window_bits=8",
        "permessage-deflate; server_max_window_bits=9, permessage-deflate",
        "permessage-deflate; server_max_window_bits=15; server_no_context_takeover",
        "permessage-deflate; server_max_window_bits=9",
    };

    private static final int[] SIZES = {
        0, 1, 16, 64, 125, 126, 256, 511, 512, 1_024, 4_096, 8_192, 16_384, 32_768, 65_535, 65_536,
        100_000, 131_072
    };

    private static final AtomicInteger ENCODED = new AtomicInteger();
    private static final Fanfare NODE = Fanfare.start(DeflateIT::describe);
    private static final int PORT = NODE.port("deflate");

    private static void describe(FanfareConfig config) {
        config.port(0)
                .authenticator(_ -> Authenticator.accept(Principal.of("somebody")))
                .httpLimits(HttpLimits.DEFAULT.loopback(HttpLimits.Loopback.EXEMPT))
                .compression(Compression.DEFLATE.threshold(THRESHOLD))
                .site(
                        "deflate",
                        0,
                        site ->
                                site.webSocket("/echo", DeflateIT::echo)
                                        .webSocket(
                                                "/connect-first",
                                                endpoint ->
                                                        endpoint.dialect(new Published())
                                                                .admission(
                                                                        Endpoint.Admission
                                                                                .BY_COMMAND)));
    }

    private static void echo(EndpointConfig endpoint) {
        endpoint.dialect(new Published())
                .admission(Endpoint.Admission.ON_OPEN)
                .channel("echo:{id}")
                .lifecycle(
                        new Endpoint.Lifecycle() {
                            @Override
                            public void opened(Session session) {
                                String own = "echo:" + session.id();
                                session.subscribe(own).toCompletableFuture().join();
                                session.subscribe("echo:all").toCompletableFuture().join();
                            }
                        })
                .on(
                        "echo",
                        (Session session, byte[] data) -> {
                            session.channel("echo:" + session.id()).publish(Content.of(data));
                            return null;
                        })
                .handshake(route -> route.frames(FrameLimits.DEFAULT.message(256 << 10)));
    }

    @AfterAll
    static void close() {
        NODE.close();
    }

    static Stream<Arguments> cases() {
        Stream<Arguments> kinds =
                Arrays.stream(KINDS)
                        .flatMap(kind ->
                                IntStream.of(SIZES).mapToObj(n -> Arguments.of(OFFER, kind, n)));
        Stream<Arguments> negotiations =
                Arrays.stream(NEGOTIATIONS)
                        .flatMap(offer ->
                                IntStream.of(SIZES).mapToObj(n -> Arguments.of(offer, "json", n)));
        return Stream.concat(kinds, negotiations);
    }

    @ParameterizedTest(name = "{0}: {1}, {2} bytes")
    @MethodSource("cases")
    void comesBackAsItWas(String offers, String kind, int size) throws IOException {
        byte[] message = payload(kind, size);
        int opcode = kind.equals("noise") || kind.equals("binary") ? 2 : 1;
        try (RawSocket raw = RawSocket.offering(PORT, offers)) {
            boolean agreed = raw.head().contains("Sec-WebSocket-Extensions: permessage-deflate;");
            assertThat(agreed).isEqualTo(!offers.endsWith("server_max_window_bits=9"));

            for (byte[] wire : agreed ? ways(opcode, message) : plain(opcode, message)) {
                raw.send(wire);
                byte[] came = raw.frame();
                boolean deflated = (came[0] & 0x40) != 0;
                byte[] said = Arrays.copyOfRange(came, 1, came.length);

                assertThat(came[0] & 0xbf).isEqualTo(0x80 | opcode);
                assertThat(deflated ? Deflating.inflated(said) : said).isEqualTo(message);
                assertThat(deflated)
                        .isEqualTo(agreed && size >= THRESHOLD && !kind.equals("noise"));
                assertThat(!deflated || said.length < size).isTrue();
            }
        }
    }

    private static List<byte[]> plain(int opcode, byte[] message) {
        return List.of(frame(0x80 | opcode, message));
    }

    /// Deflated whole, deflated in four fragments, and plain.
    private static List<byte[]> ways(int opcode, byte[] message) {
        byte[] small = deflated(message);
        List<byte[]> ways = new ArrayList<>(plain(opcode, message));
        ways.add(frame(0xc0 | opcode, small));
        byte[] fragments = new byte[0];
        for (int i = 0; i < 4; i++) {
            byte[] part =
                    Arrays.copyOfRange(small, small.length * i / 4, small.length * (i + 1) / 4);
            byte[] next = frame(i == 0 ? 0x40 | opcode : i == 3 ? 0x80 : 0, part);
            byte[] joined = Arrays.copyOf(fragments, fragments.length + next.length);
            System.arraycopy(next, 0, joined, fragments.length, next.length);
            fragments = joined;
        }
        ways.add(fragments);
        return ways;
    }

    @Test
    void aPublicationIsEncodedOnceForEachKindOfSession() throws IOException {
        byte[] message = payload("json", 2_000);
        List<RawSocket> open = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            RawSocket raw = RawSocket.offering(PORT, i < 2 ? "unknown" : OFFER);
            raw.head();
            raw.send(frame(0x81, new byte[0]));
            assertThat(raw.frame()).isEqualTo(new byte[] {(byte) 0x81});
            open.add(raw);
        }
        ENCODED.set(0);

        NODE.channel("echo:all").publish(Content.of(prefixed(1, message)));

        for (RawSocket raw : open) {
            byte[] came = raw.frame();
            boolean plain = open.indexOf(raw) < 2;
            assertThat(came[0]).isEqualTo((byte) (plain ? 0x81 : 0xc1));
            byte[] said = Arrays.copyOfRange(came, 1, came.length);
            assertThat(plain ? said : Deflating.inflated(said)).isEqualTo(message);
            raw.close();
        }
        assertThat(ENCODED).hasValue(2);
        eventually(() -> assertThat(NODE.sessions()).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"/echo, 1", "/echo, 50", "/connect-first, 1", "/connect-first, 50"})
    void aBombIsClosedBeforeAndAfterItsSenderIsKnown(String path, int fragments)
            throws IOException {
        byte[] bomb = Deflating.bomb(200);
        try (RawSocket raw = new RawSocket(PORT)) {
            raw.send(
                    RawSocket.UPGRADE
                            .replace("/echo", path)
                            .replace(
                                    RawSocket.KEY,
                                    RawSocket.KEY
                                            + "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
            assertThat(raw.head()).startsWith("HTTP/1.1 101 ");
            for (int i = 0; i < fragments; i++) {
                byte[] part =
                        Arrays.copyOfRange(
                                bomb,
                                bomb.length / fragments * i,
                                bomb.length / fragments * (i + 1));
                int last = i == fragments - 1 ? 0x80 : 0;
                raw.send(frame(last | (i == 0 ? 0x41 : 0), part));
            }

            assertThat(raw.frame()).startsWith(0x88, 1009 >> 8, 1009 & 0xff);
            assertThat(raw.rest()).isEmpty();
        }
    }

    @Test
    void withoutAnOfferNothingIsAgreed() throws IOException {
        try (RawSocket raw = new RawSocket(PORT)) {
            raw.send(RawSocket.UPGRADE);
            assertThat(raw.head()).doesNotContain("Extensions");
            raw.send(frame(0xc1, deflated(new byte[10])));

            assertThat(raw.frame()).startsWith(0x88, 1002 >> 8, 1002 & 0xff);
        }
    }

    private static byte[] payload(String kind, int size) {
        Random random = new Random(size);
        byte[] bytes = new byte[size];
        switch (kind) {
            case "noise" -> random.nextBytes(bytes);
            case "zeros" -> Arrays.fill(bytes, (byte) '0');
            case "binary" -> {
                for (int i = 0; i < size; i++) {
                    bytes[i] = (byte) (i % 7 == 0 ? random.nextInt() : i / 64);
                }
            }
            case "unicode" -> repeat(bytes, "Zoë – 🎺 ");
            default -> repeat(bytes, "{\"orderId\":12345,\"status\":\"preparing\"},");
        }
        return bytes;
    }

    /// Whole characters only: what is left over is filled with spaces.
    private static void repeat(byte[] into, String text) {
        byte[] once = text.getBytes(StandardCharsets.UTF_8);
        Arrays.fill(into, (byte) ' ');
        for (int at = 0; at + once.length <= into.length; at += once.length) {
            System.arraycopy(once, 0, into, at, once.length);
        }
    }

    private static byte[] prefixed(int opcode, byte[] message) {
        byte[] data = new byte[message.length + 1];
        data[0] = (byte) opcode;
        System.arraycopy(message, 0, data, 1, message.length);
        return ('"' + Base64.getEncoder().encodeToString(data) + '"')
                .getBytes(StandardCharsets.US_ASCII);
    }

    /// What goes through the hub is JSON: a string of base64, whose first byte is the opcode to
    /// answer with.
    private static final class Published implements Dialect {
        @Override
        public Command decode(byte[] text) {
            return new Command.Send(1, "echo", prefixed(1, text));
        }

        @Override
        public Command decodeBinary(byte[] data) {
            return new Command.Send(1, "echo", prefixed(2, data));
        }

        @Override
        public Messages messages() {
            return Messages.TEXT_AND_BINARY;
        }

        @Override
        public byte @Nullable [] push(Push push) {
            if (push instanceof Push.Delivery delivery) {
                ENCODED.incrementAndGet();
                byte[] json = delivery.publication().content().data();
                byte[] data =
                        Base64.getDecoder().decode(Arrays.copyOfRange(json, 1, json.length - 1));
                byte[] frame = TextFrame.of(Arrays.copyOfRange(data, 1, data.length));
                frame[0] = (byte) (0x80 | data[0]);
                return frame;
            }
            return null;
        }

        @Override
        public byte @Nullable [] reply(long id, Reply reply) {
            return null;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static dev.fanfare.server.FrameReaderTest.frame;
import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Session;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import dev.fanfare.testkit.ManualClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsIT {
    @TempDir static Path folder;
    static TestCertificate first;
    static TestCertificate second;
    static Tls files;

    private final ManualClock clock = new ManualClock();
    private final List<EchoNode> nodes = new ArrayList<>();

    @BeforeAll
    static void make() throws Exception {
        files = Tls.of(folder.resolve("chain.pem"), folder.resolve("key.pem"));
        first = TestCertificate.make(folder, "-keyalg", "EC", "-groupname", "secp256r1");
        second = TestCertificate.make(folder, "-keyalg", "RSA", "-keysize", "2048");
    }

    @BeforeEach
    void begin() throws Exception {
        first.write(files);
    }

    @AfterEach
    void close() {
        nodes.forEach(EchoNode::close);
    }

    private EchoNode node(NettyTransport.Kind kind, Tls tls) {
        HttpLimits limits = HttpLimits.DEFAULT.strangersPerAddress(5);
        EchoNode node =
                new EchoNode(
                        clock,
                        limits,
                        kind,
                        listener ->
                                listener.socket(EchoNode.route())
                                        .routes(
                                                Router.of(
                                                        Route.get(
                                                                "/proto",
                                                                request ->
                                                                        Response.text(
                                                                                200,
                                                                                request.header(
                                                                                                "x-forwarded-proto")
                                                                                        .orElse(
                                                                                                "")))))
                                        .tls(tls));
        nodes.add(node);
        return node;
    }

    private EchoNode node() {
        return node(NettyTransport.Kind.AUTO, files);
    }

    @ParameterizedTest
    @CsvSource({
        "IO_URING, TLSv1.3",
        "IO_URING, TLSv1.2",
        "EPOLL, TLSv1.3",
        "EPOLL, TLSv1.2",
        "NIO, TLSv1.3",
        "NIO, TLSv1.2"
    })
    void carriesHttpAndWebSockets(NettyTransport.Kind kind, String protocol) throws Exception {
        assumeTrue(NettyTransport.works(kind));
        EchoNode node = node(kind, files.hsts(Duration.ofDays(365)));
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {protocol});
        try (HttpClient client =
                HttpClient.newBuilder()
                        .sslContext(first.trusting())
                        .sslParameters(parameters)
                        .build()) {
            HttpResponse<String> response =
                    client.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "https://127.0.0.1:" + node.port() + "/proto"))
                                    .header("X-Forwarded-Proto", "http")
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());

            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            assertThat(response.body()).isEqualTo("https");
            assertThat(response.headers().firstValue("Strict-Transport-Security"))
                    .contains("max-age=31536000");
        }
        try (SSLSocket socket = connect(node, first.trusting(), protocol)) {
            String origin = "Origin: https://127.0.0.1:" + node.port() + "\r\n";
            upgrade(socket, node, origin);
            byte[] large = "0123456789abcdef".repeat(4_000).getBytes(StandardCharsets.US_ASCII);
            socket.getOutputStream().write(frame(0x81, large));

            assertThat(socket.getInputStream().readNBytes(4 + large.length)).endsWith(large);
            assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);

            socket.getOutputStream().write(frame(0x88, new byte[0]));
            // Not cut off: the end of TLS comes before that of TCP, or this would throw.
            assertThat(socket.getInputStream().readAllBytes())
                    .isEqualTo(new byte[] {(byte) 0x88, 0});
        }
        eventually(() -> assertThat(node.server.connections()).isZero());
    }

    @Test
    void aPageOfAnotherOriginIsRefusedAsEver() throws Exception {
        EchoNode node = node();
        try (SSLSocket socket = connect(node, first.trusting(), "TLSv1.3")) {
            socket.getOutputStream()
                    .write(
                            request(node, "Origin: http://127.0.0.1:" + node.port() + "\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));

            assertThat(head(socket)).startsWith("HTTP/1.1 403 ");
        }
    }

    /// Subscribers share the buffers that publications are in, and each has them encrypted.
    @Test
    void manySubscribersOfOnePublicationEachGetItWhole() throws Exception {
        try (Fanfare node =
                Fanfare.start(config ->
                        config.port(0)
                                .tls(files)
                                .httpLimits(HttpLimits.DEFAULT)
                                .authenticator(_ -> Authenticator.accept(Principal.of("u")))
                                .channel("a")
                                .channel("b")
                                .nativeEndpoint(endpoint ->
                                        endpoint.admission(Endpoint.Admission.ON_OPEN)
                                                .lifecycle(new Subscribed())))) {
            List<SSLSocket> sockets = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                SSLSocket socket = connect(node.port(), first.trusting(), "TLSv1.3");
                socket.getOutputStream()
                        .write(
                                RawSocket.UPGRADE
                                        .replace("/echo", "/ws")
                                        .getBytes(StandardCharsets.US_ASCII));
                assertThat(head(socket)).startsWith("HTTP/1.1 101 ");
                sockets.add(socket);
            }
            eventually(() -> assertThat(node.hub().channels()).containsEntry("a", 20));
            eventually(() -> assertThat(node.hub().channels()).containsEntry("b", 20));
            for (int i = 0; i < 200; i++) {
                node.channel(i % 3 == 0 ? "a" : "b")
                        .publish(new Said(i, "x".repeat(i % 7 * 900 + 1)));
            }
            for (SSLSocket socket : sockets) {
                List<Integer> seen = new ArrayList<>();
                while (seen.size() < 200) {
                    String text = text(socket);
                    if (text.contains("\"publication\"")) {
                        int at = text.indexOf("\"n\":") + 4;
                        int n = Integer.parseInt(text.substring(at, text.indexOf(',', at)));
                        assertThat(text).contains('"' + "x".repeat(n % 7 * 900 + 1) + '"');
                        seen.add(n);
                    }
                }
                assertThat(seen.stream().filter(n -> n % 3 == 0)).isSorted().hasSize(67);
                assertThat(seen.stream().filter(n -> n % 3 != 0)).isSorted().hasSize(133);
                socket.close();
            }
        }
    }

    private record Said(int n, String text) {}

    private static final class Subscribed implements Endpoint.Lifecycle {
        @Override
        public void opened(Session session) {
            session.subscribe("a");
            session.subscribe("b");
        }
    }

    @Test
    void whoComesWithoutTlsIsTold() throws Exception {
        EchoNode node = node();
        try (RawSocket raw = new RawSocket(node.port())) {
            raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(raw.text())
                    .startsWith("HTTP/1.1 400 ")
                    .endsWith("This port speaks TLS: come by https:// or wss://\n");
        }
        try (RawSocket raw = new RawSocket(node.port())) {
            raw.send(new byte[] {22, 9, 9, 0, 4, 9, 9, 9, 9});

            assertThat(raw.text()).doesNotContain("HTTP");
        }
    }

    @Test
    void aHandshakeHasTenSeconds() throws Exception {
        EchoNode node = node();
        try (RawSocket silent = new RawSocket(node.port());
                RawSocket slow = new RawSocket(node.port())) {
            slow.send(new byte[] {22, 3, 1, 2, 0, 1, 0});
            for (RawSocket socket : List.of(silent, slow)) {
                // Each is accepted, and its ten seconds begin, at a moment of its own.
                eventually(() -> {
                    clock.advance(Duration.ofSeconds(4));
                    assertThat(socket.socket.getInputStream().available()).isZero();
                    socket.socket.setSoTimeout(50);
                    assertThat(socket.rest()).isEmpty();
                });
            }
        }
    }

    @Test
    void oneConnectionTooManyIsClosedBeforeItCostsAHandshake() throws Exception {
        EchoNode node = node();
        List<RawSocket> strangers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            strangers.add(new RawSocket(node.port()));
        }
        try (RawSocket oneMore = new RawSocket(node.port())) {
            assertThat(oneMore.rest()).isEmpty();
        }
        for (RawSocket stranger : strangers) {
            stranger.close();
        }
    }

    @Test
    void newFilesHoldForNewConnectionsAndBadOnesForNone() throws Exception {
        EchoNode node = node();
        try (SSLSocket old = connect(node, first.trusting(), "TLSv1.3")) {
            upgrade(old, node, "");
            assertEchoed(old);

            Files.writeString(files.key(), "nonsense");
            clock.advance(Duration.ofSeconds(11));
            Files.writeString(files.certificate(), "nonsense");
            clock.advance(Duration.ofSeconds(11));
            assertThat(certificate(node, first)).isEqualTo(first.certificate());

            second.write(files);
            eventually(() -> {
                clock.advance(Duration.ofSeconds(11));
                assertThat(certificate(node, second)).isEqualTo(second.certificate());
            });
            assertThatExceptionOfType(SSLHandshakeException.class)
                    .isThrownBy(() -> certificate(node, first));
            assertEchoed(old);
        }
    }

    private static void assertEchoed(SSLSocket socket) throws IOException {
        socket.getOutputStream().write(frame(0x81, new byte[] {'a'}));
        assertThat(socket.getInputStream().readNBytes(3)).endsWith((byte) 'a');
    }

    @Test
    void choosesHttp11AndNothingElse() throws Exception {
        EchoNode node = node();
        try (SSLSocket socket = connect(node, first.trusting(), "TLSv1.3", "h2", "http/1.1")) {
            assertThat(socket.getApplicationProtocol()).isEqualTo("http/1.1");
        }
        assertThatExceptionOfType(SSLHandshakeException.class)
                .isThrownBy(() -> connect(node, first.trusting(), "TLSv1.3", "h2"));
    }

    @Test
    void doesNotStartWithFilesItCannotUse() {
        Tls missing = Tls.of(folder.resolve("nowhere.pem"), files.key());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> node(NettyTransport.Kind.NIO, missing))
                .withMessage("tls certificate: " + missing.certificate() + " cannot be read");
    }

    private static Certificate certificate(EchoNode node, TestCertificate trusted)
            throws Exception {
        try (SSLSocket socket = connect(node, trusted.trusting(), "TLSv1.3")) {
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    private static SSLSocket connect(
            EchoNode node, SSLContext context, String protocol, String... application)
            throws IOException {
        return connect(node.port(), context, protocol, application);
    }

    private static SSLSocket connect(
            int port, SSLContext context, String protocol, String... application)
            throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
        socket.setSoTimeout(10_000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {protocol});
        parameters.setApplicationProtocols(application);
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static String request(EchoNode node, String headers) {
        return RawSocket.UPGRADE
                .replace("Host: x", "Host: 127.0.0.1:" + node.port())
                .replace(RawSocket.KEY, RawSocket.KEY + headers);
    }

    private static void upgrade(SSLSocket socket, EchoNode node, String headers)
            throws IOException {
        socket.getOutputStream().write(request(node, headers).getBytes(StandardCharsets.US_ASCII));
        assertThat(head(socket)).startsWith("HTTP/1.1 101 ");
    }

    private static String head(SSLSocket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = socket.getInputStream().read();
            if (octet < 0) {
                break;
            }
            head.append((char) octet);
        }
        return head.toString();
    }

    private static String text(SSLSocket socket) throws IOException {
        byte[] start = socket.getInputStream().readNBytes(2);
        int length = start[1];
        if (length == 126) {
            byte[] more = socket.getInputStream().readNBytes(2);
            length = (more[0] & 0xff) << 8 | more[1] & 0xff;
        }
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
    }
}

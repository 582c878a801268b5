// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Principal;
import dev.fanfare.server.http.Origins;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import dev.fanfare.testkit.ManualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeIT {
    private static final String HOST = "Host: x\r\n";
    private static final String WS =
            "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n";

    private final ManualClock clock = new ManualClock();
    private EchoNode node = open(HttpLimits.DEFAULT.loopback(HttpLimits.Loopback.EXEMPT));

    private EchoNode open(HttpLimits limits) {
        return new EchoNode(
                clock,
                limits,
                listener ->
                        listener.socket(
                                        EchoNode.route()
                                                .subprotocols("known")
                                                .origins(
                                                        Origins.of(
                                                                "https://app.example.com",
                                                                "https://*.wild.example",
                                                                "capacitor://localhost")))
                                .socket(named("/strict", EchoNode.route()).failedUpgradeStatus(400))
                                .socket(named("/gated", EchoNode.route()).gate(HandshakeIT::gate))
                                .socket(
                                        named(
                                                "/late",
                                                EchoNode.route(Endpoint.Admission.BY_COMMAND)))
                                .routes(
                                        Router.of(
                                                Route.get(
                                                        "/hello/{name}",
                                                        request ->
                                                                Response.text(
                                                                        200,
                                                                        request.parameter("name"))),
                                                Route.post(
                                                                "/body",
                                                                request ->
                                                                        Response.of(
                                                                                200,
                                                                                "text/plain",
                                                                                request.body()))
                                                        .bodyLimit(10),
                                                Route.get(
                                                        "/bug",
                                                        _ -> {
                                                            throw new IllegalStateException(
                                                                    "secret");
                                                        }))));
    }

    private static WebSocketRoute named(String path, WebSocketRoute route) {
        return new WebSocketRoute(
                path,
                route.endpoint(),
                route.dialect(),
                route.gate(),
                route.handshake(),
                route.frames(),
                route.compression());
    }

    private static Gate.Decision gate(dev.fanfare.server.http.Request request) {
        return request.cookie("session").isPresent()
                ? new Gate.Admit(Principal.of("ada"))
                : new Gate.Refuse(Response.error(401, "unauthorized", "Sign in first."));
    }

    @BeforeEach
    void ready() {
        assertThat(node.port()).isPositive();
    }

    @AfterEach
    void close() {
        node.close();
    }

    static Stream<Arguments> badRequests() {
        String ok = HOST + WS + RawSocket.KEY;
        return Stream.of(
                bad("no Host", "GET /echo HTTP/1.1\r\n" + WS + RawSocket.KEY, 400),
                bad("two Hosts", "GET /echo HTTP/1.1\r\n" + HOST + ok, 400),
                bad(
                        "invalid Host",
                        "GET /echo HTTP/1.1\r\nHost: a b\r\n" + WS + RawSocket.KEY,
                        400),
                bad("bare LF", "GET /echo HTTP/1.1\nHost: x\r\n" + WS + RawSocket.KEY, 400),
                bad(
                        "bare LF between headers",
                        "GET /echo HTTP/1.1\r\nHost: x\n" + WS + RawSocket.KEY,
                        400),
                bad("NUL before the request line", "\0GET /echo HTTP/1.1\r\n" + ok, 400),
                bad("control before the request line", "\u0001GET /echo HTTP/1.1\r\n" + ok, 400),
                bad("CRLF before the request line", "\r\nGET /echo HTTP/1.1\r\n" + ok, 400),
                bad(
                        "Content-Length and Transfer-Encoding",
                        "POST /body HTTP/1.1\r\n"
                                + HOST
                                + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
                        400),
                bad(
                        "two Content-Lengths",
                        "POST /body HTTP/1.1\r\n"
                                + HOST
                                + "Content-Length: 3\r\nContent-Length: 4\r\n",
                        400),
                bad("HTTP/1.0 upgrade", "GET /echo HTTP/1.0\r\n" + ok, 400),
                bad("POST upgrade", "POST /echo HTTP/1.1\r\n" + ok, 405),
                bad("no Upgrade", "GET /echo HTTP/1.1\r\n" + HOST, 426),
                bad(
                        "no Connection: Upgrade",
                        "GET /echo HTTP/1.1\r\n"
                                + HOST
                                + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                + RawSocket.KEY,
                        426),
                bad("no key", "GET /echo HTTP/1.1\r\n" + HOST + WS, 400),
                bad(
                        "short key",
                        "GET /echo HTTP/1.1\r\n" + HOST + WS + "Sec-WebSocket-Key: c2hvcnQ=\r\n",
                        400),
                bad(
                        "key that is no base64",
                        "GET /echo HTTP/1.1\r\n"
                                + HOST
                                + WS
                                + "Sec-WebSocket-Key: ***********************=\r\n",
                        400),
                bad("two keys", "GET /echo HTTP/1.1\r\n" + ok + RawSocket.KEY, 400),
                bad(
                        "version 12",
                        "GET /echo HTTP/1.1\r\n" + HOST + WS.replace("13", "12") + RawSocket.KEY,
                        426),
                bad(
                        "no version",
                        "GET /echo HTTP/1.1\r\n"
                                + HOST
                                + WS.replace("Sec-WebSocket-Version: 13\r\n", "")
                                + RawSocket.KEY,
                        426),
                bad(
                        "headers over 32 KB",
                        "GET /echo HTTP/1.1\r\n" + ok + "X-Leak: " + "a".repeat(33_000) + "\r\n",
                        431),
                bad(
                        "over 100 headers",
                        "GET /echo HTTP/1.1\r\n" + ok + "X-Leak: 1\r\n".repeat(100),
                        431),
                bad(
                        "headers far over 32 KB",
                        "GET /echo HTTP/1.1\r\n" + ok + "X-Leak: " + "a".repeat(400_000) + "\r\n",
                        431),
                bad("URI over 8 KB", "GET /echo?" + "a".repeat(8_200) + " HTTP/1.1\r\n" + ok, 414),
                bad(
                        "upgrade with a body",
                        "GET /echo HTTP/1.1\r\n" + ok + "Content-Length: 1\r\n",
                        400),
                bad("broken escape in the path", "GET /%zz HTTP/1.1\r\n" + HOST, 400),
                bad(
                        "body over its limit",
                        "POST /body HTTP/1.1\r\n" + HOST + "Content-Length: 11\r\n",
                        413),
                bad("kyc: no Upgrade", "GET /strict HTTP/1.1\r\n" + HOST, 400),
                bad("kyc: bad key", "GET /strict HTTP/1.1\r\n" + HOST + WS, 400),
                bad("gate without a session", "GET /gated HTTP/1.1\r\n" + ok, 401),
                bad("two Hosts in HTTP/1.0", "GET /hello/a HTTP/1.0\r\n" + HOST + HOST, 400),
                bad(
                        "chunks in HTTP/1.0",
                        "POST /body HTTP/1.0\r\nTransfer-Encoding: chunked\r\n",
                        400),
                bad("path without a slash", "GET hello/a HTTP/1.1\r\n" + HOST, 400),
                bad("absolute form without Host", "GET http://x/hello/a HTTP/1.1\r\n", 400),
                bad("no authority", "GET http:///hello/a HTTP/1.1\r\n" + HOST, 400),
                bad("a user in the authority", "GET http://u@x/hello/a HTTP/1.1\r\n" + HOST, 400),
                bad("another scheme", "GET ftp://x/hello/a HTTP/1.1\r\n" + HOST, 400));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /hello/a HTTP/1.0\r\n",
                "GET /hello/a HTTP/1.0\r\nHost: x\r\n",
                "GET http://x/hello/a HTTP/1.0\r\n",
                "POST /body HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\na",
                "GET /hello/a HTTP/1.1\r\nHost:\r\nConnection: close\r\n",
                "GET http://x:8000/hello/a HTTP/1.1\r\nHost: x:8000\r\nConnection: Close, TE\r\n",
                "GET HTTP://[::1]/hello/a?b=c HTTP/1.1\r\nHost: y\r\nConnection: close\r\n",
            })
    void answersARequestInAnyFormThatRfc9112Allows(String head) throws IOException {
        assertThat(answer(head))
                .startsWith("HTTP/1.1 200 ")
                .contains("\r\nConnection: close\r\n")
                .endsWith("\r\n\r\na");
    }

    @Test
    void answersAHeadWithoutAHostWithoutABody() throws IOException {
        assertThat(answer("HEAD /hello/a HTTP/1.0\r\n"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\r\nContent-Length: 1\r\n")
                .endsWith("\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({"http://other.example, 101", "http://x, 403"})
    void comparesTheOriginWithTheAuthorityOfAnAbsoluteTarget(String origin, int status)
            throws IOException {
        String head = "GET ws://other.example/echo HTTP/1.1\r\nOrigin: " + origin + "\r\n";
        try (RawSocket raw = new RawSocket(node.port())) {
            assertThat(raw.send(head + HOST + WS + RawSocket.KEY + "\r\n").head())
                    .startsWith("HTTP/1.1 " + status + " ");
        }
    }

    private static Arguments bad(String what, String head, int status) {
        return Arguments.of(what, head, status);
    }

    @ParameterizedTest(name = "{0} -> {2}")
    @MethodSource("badRequests")
    void aBadRequestIsAnsweredAndClosed(String what, String head, int status) throws IOException {
        try (RawSocket raw = new RawSocket(node.port())) {
            String answer = raw.send(head + "\r\n").text();

            assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
            assertThat(answer).contains("{\"error\":{\"code\":\"").doesNotContain("Leak", "RESET");
        }
    }

    @Test
    void aFailedUpgradeSaysWhatIsMissing() throws IOException {
        assertThat(answer("GET /echo HTTP/1.1\r\n" + HOST)).contains("\r\nUpgrade: websocket\r\n");
        assertThat(answer("GET /echo HTTP/1.1\r\n" + HOST + WS.replace("13", "8") + RawSocket.KEY))
                .contains("\r\nSec-WebSocket-Version: 13\r\n");
        assertThat(answer("POST /echo HTTP/1.1\r\n" + HOST)).contains("\r\nAllow: GET\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "http://x, 101",
        "https://app.example.com, 101",
        "https://one.wild.example, 101",
        "https://wild.example, 403",
        "https://one.two.wild.example, 403",
        "https://app.example.com.evil.io, 403",
        "https://evilapp.example.com, 403",
        "https://evilwild.example, 403",
        "http://app.example.com, 403",
        "https://app.example.com:443, 403",
        "https://app.example.com:8443, 403",
        "https://app.example.com., 403",
        "https://APP.example.com, 403",
        "https://app.example.com/, 403",
        "https://xn--pp-1ia.example.com, 403",
        "capacitor://localhost, 101",
        "CAPACITOR://localhost, 403",
        "capacitor://evil, 403",
        "null, 403",
        "https://x, 403",
    })
    void anOriginIsOursOrListedExactly(String origin, int status) throws IOException {
        String head =
                "GET /echo HTTP/1.1\r\n"
                        + HOST
                        + WS
                        + RawSocket.KEY
                        + "Origin: "
                        + origin
                        + "\r\n\r\n";
        try (RawSocket raw = new RawSocket(node.port())) {
            assertThat(raw.send(head).head()).startsWith("HTTP/1.1 " + status + " ");
        }
    }

    @ParameterizedTest
    @CsvSource({"known, known", "'other, known', known", "other, ", "bearer.tok, ", "'k\u00e9y', "})
    void aSubprotocolIsNamedOnlyWhenItIsSpoken(String offer, String chosen) throws IOException {
        String head = upgrade("/echo", "Sec-WebSocket-Protocol: " + offer);
        if (chosen == null) {
            assertThat(head).doesNotContain("WebSocket-Protocol");
        } else {
            assertThat(head).contains("\r\nSec-WebSocket-Protocol: " + chosen + "\r\n");
        }
        assertThat(head).contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    @Test
    void sevenKilobytesOfSpacesInASubprotocolSelectNothing() throws IOException {
        assertThat(upgrade("/echo", "Sec-WebSocket-Protocol: a" + " ".repeat(7_000) + "b"))
                .doesNotContain("WebSocket-Protocol");
    }

    @ParameterizedTest
    @ValueSource(ints = {8_700, 15_000, 31_000})
    void takesCookiesAsLargeAsBrowsersSendThem(int size) throws IOException {
        String half = "x".repeat(size / 2);

        upgrade("/echo", "Cookie: a=" + half + "; b=" + half);
        upgrade("/echo", "Authorization: Bearer " + half + half);
        assertThat(
                        answer(
                                "GET /hello/a HTTP/1.1\r\nConnection: close\r\nCookie: a="
                                        + half
                                        + half
                                        + "\r\n"
                                        + HOST))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void takesAsManyBytesOfHeadersAsAreSet() throws IOException {
        node.close();
        node = open(HttpLimits.DEFAULT.loopback(HttpLimits.Loopback.EXEMPT).maxHeaders(64 << 10));

        upgrade("/echo", "Cookie: a=" + "x".repeat(60_000));
        assertThat(answer("GET /hello/a HTTP/1.1\r\n" + HOST + "A: " + "x".repeat(66_000) + "\r\n"))
                .startsWith("HTTP/1.1 431 ")
                .contains("65536");
    }

    @Test
    void aGateLetsInWhoShowsASession() throws IOException {
        upgrade("/gated", "Cookie: a=b; session=s");
        eventually(() -> assertThat(node.hub.sessions()).hasSize(0));
    }

    @Test
    void aSilentConnectionIsClosedAfterTenSeconds() throws IOException {
        try (RawSocket raw = new RawSocket(node.port())) {
            settled(raw);
            clock.advance(Duration.ofSeconds(12));

            assertThat(raw.text()).isEmpty();
        }
    }

    @Test
    void slowHeadersGet408() throws IOException {
        try (RawSocket raw = new RawSocket(node.port())) {
            raw.send("GET /hello/a HTTP/1.1\r\nHo");
            settled(raw);
            eventually(() -> {
                clock.advance(Duration.ofSeconds(6));
                assertThat(raw.socket.getInputStream().available()).isPositive();
            });

            assertThat(raw.text()).startsWith("HTTP/1.1 408 ");
        }
    }

    @Test
    void aSlowBodyGets408() throws IOException {
        try (RawSocket raw = new RawSocket(node.port())) {
            raw.send("POST /body HTTP/1.1\r\n" + HOST + "Content-Length: 9\r\n\r\nab");
            settled(raw);
            eventually(() -> {
                clock.advance(Duration.ofSeconds(2));
                assertThat(raw.socket.getInputStream().available()).isPositive();
            });

            assertThat(raw.text()).startsWith("HTTP/1.1 408 ");
        }
    }

    @Test
    void strangersOverTheLimitOfTheirAddressGet429() throws IOException {
        node.close();
        node = open(HttpLimits.DEFAULT.strangersPerAddress(3));
        List<RawSocket> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            held.add(new RawSocket(node.port()).send(RawSocket.UPGRADE.replace("/echo", "/late")));
            assertThat(held.getLast().head()).startsWith("HTTP/1.1 101 ");
        }

        assertThat(answer("GET /hello/a HTTP/1.1\r\n" + HOST)).startsWith("HTTP/1.1 429 ");

        held.getFirst().close();
        eventually(() ->
                assertThat(answer("GET /hello/a HTTP/1.1\r\n" + HOST + "Connection: close\r\n"))
                        .startsWith("HTTP/1.1 200 "));
        for (RawSocket each : held) {
            each.close();
        }
    }

    @Test
    void countsStrangersByTheAddressThatATrustedProxyNames() throws IOException {
        node.close();
        node = open(HttpLimits.DEFAULT.strangersPerAddress(1).proxies(List.of("127.0.0.0/8")));
        List<RawSocket> held = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            held.add(late("203.0.113." + i + ":40000"));
            assertThat(held.getLast().head()).startsWith("HTTP/1.1 101 ");
        }
        held.add(late("203.0.113.1:40001"));

        assertThat(held.getLast().head()).startsWith("HTTP/1.1 429 ");
        for (RawSocket each : held) {
            each.close();
        }
    }

    private RawSocket late(String forwardedFor) throws IOException {
        return new RawSocket(node.port())
                .send(
                        RawSocket.UPGRADE
                                .replace("/echo", "/late")
                                .replace(
                                        RawSocket.KEY,
                                        RawSocket.KEY
                                                + "X-Forwarded-For: "
                                                + forwardedFor
                                                + "\r\n"));
    }

    @ParameterizedTest
    @CsvSource({
        "https, 101",
        "HTTPS, 101",
        "wss, 101",
        "'https, http', 101",
        "http, 403",
        "'http, https', 403",
        "ws, 403"
    })
    void takesFromATrustedProxyByWhichSchemeTheClientCame(String scheme, int status)
            throws IOException {
        node.close();
        node = open(HttpLimits.DEFAULT.proxies(List.of("127.0.0.0/8")));
        String head = "GET /echo HTTP/1.1\r\nOrigin: https://x\r\nX-Forwarded-Proto: " + scheme;
        try (RawSocket raw = new RawSocket(node.port())) {
            assertThat(raw.send(head + "\r\n" + HOST + WS + RawSocket.KEY + "\r\n").head())
                    .startsWith("HTTP/1.1 " + status + " ");
        }
    }

    @Test
    void whoIsKnownIsNoStranger() throws IOException {
        node.close();
        node = open(HttpLimits.DEFAULT.strangersPerAddress(1));
        try (RawSocket _ = RawSocket.upgraded(node.port())) {
            eventually(() -> {
                clock.advance(Duration.ofSeconds(1));
                assertThat(answer("GET /hello/a HTTP/1.1\r\n" + HOST + "Connection: close\r\n"))
                        .startsWith("HTTP/1.1 200 ");
            });
        }
    }

    @Test
    void aFullNodeSaysWhenToComeBack() throws IOException {
        node.close();
        node = open(HttpLimits.DEFAULT.loopback(HttpLimits.Loopback.EXEMPT).sessions(1));
        try (RawSocket _ = RawSocket.upgraded(node.port())) {
            assertThat(answer("GET /echo HTTP/1.1\r\n" + HOST + WS + RawSocket.KEY))
                    .startsWith("HTTP/1.1 503 ")
                    .containsPattern("\r\nRetry-After: [0-9]+\r\n");
        }
    }

    @Test
    void requestsOnOneConnectionAreAnsweredInOrder() throws IOException {
        String get = "GET /hello/%s HTTP/1.1\r\n" + HOST + "%s\r\n";
        try (RawSocket raw = new RawSocket(node.port())) {
            String answers =
                    raw.send(
                                    get.formatted("one", "")
                                            + get.formatted("two", "")
                                            + get.formatted("three", "Connection: close\r\n"))
                            .text();

            assertThat(answers).containsSubsequence("\r\n\r\none", "\r\n\r\ntwo", "\r\n\r\nthree");
        }
    }

    @Test
    void aChunkedBodyIsReadAndItsLimitHolds() throws IOException {
        String post =
                "POST /body HTTP/1.1\r\n"
                        + HOST
                        + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
        try (RawSocket raw = new RawSocket(node.port())) {
            assertThat(raw.send(post + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").text())
                    .endsWith("\r\n\r\nabcde");
        }
        try (RawSocket raw = new RawSocket(node.port())) {
            assertThat(raw.send(post + "6\r\nabcdef\r\n6\r\nabcdef\r\n0\r\n\r\n").text())
                    .startsWith("HTTP/1.1 413 ");
        }
    }

    @Test
    void aHandlersExceptionIsNoneOfTheClientsBusiness() throws IOException {
        assertThat(answer("GET /bug HTTP/1.1\r\n" + HOST + "Connection: close\r\n"))
                .startsWith("HTTP/1.1 500 ")
                .doesNotContain("secret", "IllegalState");
    }

    @Test
    void anUnknownPathIs404AndAnotherMethod405() throws IOException {
        assertThat(answer("GET /nowhere HTTP/1.1\r\n" + HOST + "Connection: close\r\n"))
                .startsWith("HTTP/1.1 404 ");
        assertThat(answer("DELETE /hello/a HTTP/1.1\r\n" + HOST + "Connection: close\r\n"))
                .startsWith("HTTP/1.1 405 ")
                .contains("\r\nAllow: GET, HEAD, OPTIONS\r\n");
    }

    @Test
    void aWriteFromAForeignPageIs403() throws IOException {
        assertThat(
                        answer(
                                "POST /body HTTP/1.1\r\n"
                                        + HOST
                                        + "Origin: https://evil.example\r\nContent-Length: 0\r\nConnection: close\r\n"))
                .startsWith("HTTP/1.1 403 ");
    }

    private String answer(String head) throws IOException {
        try (RawSocket raw = new RawSocket(node.port())) {
            return raw.send(head + "\r\n").text();
        }
    }

    private String upgrade(String path, String header) throws IOException {
        try (RawSocket raw = new RawSocket(node.port())) {
            String head =
                    raw.send(
                                    "GET "
                                            + path
                                            + " HTTP/1.1\r\n"
                                            + HOST
                                            + WS
                                            + RawSocket.KEY
                                            + header
                                            + "\r\n\r\n")
                            .head();
            assertThat(head).startsWith("HTTP/1.1 101 ");
            return head;
        }
    }

    /// The server has seen what this socket sent: a later connection was answered on its one loop.
    private void settled(RawSocket raw) throws IOException {
        assertThat(raw.socket.isConnected()).isTrue();
        answer("GET /nowhere HTTP/1.1\r\n" + HOST + "Connection: close\r\n");
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfare.testkit.NoLeaks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeaks.class)
class StopIT {
    /// A loop may be anywhere in its round when it is told to end.
    private static final int ROUNDS = 50;

    private static final int PATIENCE = 5_000;

    private static final String KEY = "0123456789abcdef0123456789abcdef";
    private static final String HEALTHY = "{\"status\":\"ok\"}";
    private static final String DATA = "{\"channel\":\"lobby\",\"data\":1}";
    private static final String PUBLISH =
            "POST /api/v1/publish HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                    + KEY
                    + "\r\nContent-Length: "
                    + DATA.length()
                    + "\r\n\r\n";

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void leavesNoConnectionOpen(NettyTransport.Kind kind) throws IOException {
        assumeTrue(NettyTransport.works(kind), "there is no " + kind + " here");
        for (int i = 0; i < ROUNDS; i++) {
            Fanfare node = Fanfare.start(config -> config.port(0).transport(kind));
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
                client.setSoTimeout(PATIENCE);
                client.getOutputStream().write("GET /health HTTP/1.1\r\n".getBytes(US_ASCII));
                node.close();
                assertThat(ended(client)).as("round %s", i).isTrue();
            } finally {
                node.close();
            }
        }
    }

    /// By a FIN or a RST, whatever is answered before.
    private static boolean ended(Socket client) throws IOException {
        try {
            client.getInputStream().readAllBytes();
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    /// The end of an idle connection tells that the node has begun to stop.
    @Test
    void answersEveryRequestThatItHasBegunToRead() throws Exception {
        Fanfare node =
                Fanfare.start(config ->
                        config.port(0)
                                .eventLoops(1)
                                .apiKey(KEY)
                                .channel("lobby")
                                .drainWindow(Duration.ofSeconds(30)));
        try (node;
                RawSocket fresh = new RawSocket(node.port());
                RawSocket idle = new RawSocket(node.port());
                RawSocket publishing = new RawSocket(node.port());
                RawSocket asking = new RawSocket(node.port())) {
            idle.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(idle.head()).startsWith("HTTP/1.1 200 ").doesNotContain("Connection:");
            idle.read(HEALTHY.length());
            publishing.send(PUBLISH + DATA.substring(0, 10));
            asking.send("GET /ready HTTP/1.1\r\nHo");
            seen(node);

            CompletableFuture<Void> stopped = CompletableFuture.runAsync(node::stop);

            assertThat(idle.text()).isEmpty();
            assertThat(fresh.text()).isEmpty();
            publishing.send(DATA.substring(10));
            assertThat(publishing.text())
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\r\nConnection: close\r\n", "\"offset\":1");
            asking.send("st: x\r\n\r\n");
            assertThat(asking.text())
                    .startsWith("HTTP/1.1 503 ")
                    .contains("\r\nConnection: close\r\n", "draining");
            stopped.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void answersWhatIsPipelinedBehindTheRequestThatItHasBegunToRead() throws Exception {
        Fanfare node = Fanfare.start(config -> config.port(0).eventLoops(1));
        try (node;
                RawSocket idle = new RawSocket(node.port());
                RawSocket pipelining = new RawSocket(node.port())) {
            pipelining.send("GET /health HTTP/1.1\r\nHo");
            seen(node);
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(node::stop);
            assertThat(idle.text()).isEmpty();

            String get = "GET /%s HTTP/1.1\r\nHost: x\r\n\r\n";
            pipelining.send(
                    "st: x\r\n\r\n"
                            + get.formatted("nowhere")
                            + get.formatted("ready")
                            + get.formatted("health"));

            assertThat(pipelining.text())
                    .containsSubsequence(
                            "HTTP/1.1 200 ",
                            "HTTP/1.1 404 ",
                            "HTTP/1.1 503 ",
                            "HTTP/1.1 200 ",
                            "Connection: close")
                    .containsOnlyOnce("Connection: close");
            stopped.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void answersARequestThatDoesNotComeInTimeBeforeItEnds() throws Exception {
        Fanfare node = Fanfare.start(config -> config.port(0).eventLoops(1).apiKey(KEY));
        try (node;
                RawSocket publishing = new RawSocket(node.port())) {
            publishing.send(PUBLISH + DATA.substring(0, 10));
            seen(node);

            node.close();

            assertThat(publishing.text())
                    .startsWith("HTTP/1.1 408 ")
                    .contains("\r\nConnection: close\r\n");
        }
    }

    /// The node has read what was sent before: its one loop has answered a later connection.
    private static void seen(Fanfare node) throws IOException {
        try (RawSocket later = new RawSocket(node.port())) {
            later.send("GET /health HTTP/1.0\r\n\r\n");
            assertThat(later.text()).startsWith("HTTP/1.1 200 ");
        }
    }
}

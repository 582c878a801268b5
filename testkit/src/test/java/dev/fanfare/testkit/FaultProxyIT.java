// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Each fault over real sockets: one client, the proxy, and the server's end of the connection.
@ExtendWith(NoLeaks.class)
final class FaultProxyIT {
    private static final int SHORTLY = 50;

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final FaultProxy proxy = FaultProxy.to(listener.getLocalPort());
    private final Socket client = connect();
    private final Socket server = listener.accept();

    FaultProxyIT() throws IOException {
        server.setSoTimeout(5_000);
        eventually(() -> assertThat(proxy.connections()).isEqualTo(1));
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(5_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
        proxy.close();
        listener.close();
    }

    private static void sends(Socket from, byte... bytes) throws IOException {
        from.getOutputStream().write(bytes);
    }

    private static void receivesNothing(Socket socket) throws IOException {
        socket.setSoTimeout(SHORTLY);
        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(5_000);
    }

    private byte[] read(int count) {
        try {
            return server.getInputStream().readNBytes(count);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    @Test
    void passesEverythingBothWaysWhenNothingIsWrong() throws Exception {
        byte[] sent = bytes(3_000_000);
        CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> read(sent.length));
        sends(client, sent);
        assertThat(read.get(5, TimeUnit.SECONDS)).isEqualTo(sent);
        sends(server, (byte) 1, (byte) 2);
        assertThat(client.getInputStream().readNBytes(2)).containsExactly(1, 2);
    }

    @Test
    void keepsTheOrderUnderJitterSlicingAndARate() throws Exception {
        proxy.toServer()
                .latency(Duration.ofMillis(1), Duration.ofMillis(5))
                .slice(7)
                .rate(1_000_000);
        byte[] sent = bytes(20_000);
        for (int i = 0; i < sent.length; i += 100) {
            client.getOutputStream().write(sent, i, 100);
        }
        assertThat(server.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
    }

    @Test
    void holdsBackByTheLatency() throws Exception {
        proxy.toServer().latency(Duration.ofMillis(200));
        long start = System.nanoTime();
        sends(client, (byte) 1);
        assertThat(server.getInputStream().read()).isEqualTo(1);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(200_000_000L);
    }

    @Test
    void letsNoMoreThroughThanTheRate() throws Exception {
        proxy.toServer().rate(10_000);
        long start = System.nanoTime();
        sends(client, bytes(4_000));
        assertThat(server.getInputStream().readNBytes(4_000)).hasSize(4_000);
        // The last piece does not wait for its own time.
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(370_000_000L);
    }

    @Test
    void slicesIntoSmallWrites() throws Exception {
        proxy.toServer().slice(3);
        sends(client, bytes(9_000));
        InputStream in = server.getInputStream();
        byte[] buffer = new byte[9_000];
        int reads = 0;
        for (int read = 0; read < 9_000; reads++) {
            read += in.read(buffer, read, 9_000 - read);
        }
        assertThat(reads).isGreaterThan(1);
    }

    @Test
    void freezesAndThawsWithoutLoss() throws Exception {
        proxy.toServer().freeze();
        sends(client, (byte) 1);
        receivesNothing(server);
        sends(server, (byte) 9);
        assertThat(client.getInputStream().read()).as("the other direction").isEqualTo(9);
        proxy.toServer().thaw();
        assertThat(server.getInputStream().read()).isEqualTo(1);
    }

    @Test
    void resetsBothSides() {
        proxy.reset();
        assertThatThrownBy(() -> client.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
        assertThatThrownBy(() -> server.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    @Test
    void passesOnAResetOfAPeer() throws Exception {
        client.setSoLinger(true, 0);
        client.close();
        assertThatThrownBy(() -> server.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    @Test
    void cutsWithAnEnd() throws Exception {
        proxy.cut();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        assertThat(server.getInputStream().read()).isEqualTo(-1);
        assertThat(proxy.connections()).isZero();
    }

    @Test
    void closesHalf() throws Exception {
        proxy.halfCloseToServer();
        assertThat(server.getInputStream().read()).isEqualTo(-1);
        sends(server, (byte) 5);
        assertThat(client.getInputStream().read()).isEqualTo(5);
    }

    @Test
    void passesOnAHalfCloseOfAPeer() throws Exception {
        sends(client, (byte) 1);
        client.shutdownOutput();
        assertThat(server.getInputStream().readAllBytes()).containsExactly(1);
        sends(server, (byte) 5);
        server.close();
        assertThat(client.getInputStream().readAllBytes()).containsExactly(5);
        eventually(() -> assertThat(proxy.connections()).isZero());
    }

    @Test
    void swallowsInABlackHole() throws Exception {
        proxy.blackHole();
        sends(client, (byte) 1);
        receivesNothing(server);
        try (Socket late = connect()) {
            sends(late, (byte) 2);
            receivesNothing(late);
            listener.setSoTimeout(SHORTLY);
            assertThatThrownBy(() -> listener.accept()).isInstanceOf(SocketTimeoutException.class);
        }
        proxy.heal();
        assertThat(server.getInputStream().read()).isEqualTo(1);
    }

    @Test
    void refusesNewConnectionsAndTakesThemAgain() throws Exception {
        proxy.refuse();
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        sends(client, (byte) 1);
        assertThat(server.getInputStream().read()).as("the open one").isEqualTo(1);
        proxy.heal();
        try (Socket again = connect();
                Socket accepted = listener.accept()) {
            sends(again, (byte) 2);
            assertThat(accepted.getInputStream().read()).isEqualTo(2);
        }
    }

    @Test
    void cutsAfterTheLimit() throws Exception {
        proxy.toServer().limit(10);
        sends(client, bytes(100));
        byte[] passed = new byte[100];
        int count = 0;
        try {
            for (int n = server.getInputStream().read(passed); n > 0; ) {
                count += n;
                n = server.getInputStream().read(passed, count, 100 - count);
            }
        } catch (SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
        assertThat(count).isLessThanOrEqualTo(10);
        eventually(() -> assertThat(proxy.connections()).isZero());
    }
}

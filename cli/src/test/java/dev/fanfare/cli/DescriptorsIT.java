// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.server.NettyTransport;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A node whose clients take every file descriptor that it may have.
class DescriptorsIT {
    private static final int LIMIT = 256;
    private static final int RESERVE = 16;
    private static final Duration HOLD = Duration.ofSeconds(4);
    private static final Duration SOON = Duration.ofSeconds(10);

    @ParameterizedTest
    @EnumSource(
            value = NettyTransport.Kind.class,
            names = {"IO_URING", "EPOLL", "NIO"})
    void acceptsAgainOnceDescriptorsAreFreeAndNeitherSpinsNorFloodsItsLog(NettyTransport.Kind kind)
            throws IOException {
        Program.assumeWorks(kind);
        try (Program serve = serve(kind)) {
            int port = Integer.parseInt(serve.awaits("Ready: ws://127\\.0\\.0\\.1:(\\d+)/ws"));
            try (Socket open = connect(port)) {
                assertThat(health(open)).startsWith("HTTP/1.1 200 ");
                List<SocketChannel> taken = takeAll(port);
                serve.awaits("open connections: \\d+, ulimit -n: " + LIMIT + "; raise it");

                long lines = serve.output().lines().count();
                // A node that spins never has such a while; one that has just started compiles.
                await().atMost(HOLD.multipliedBy(6))
                        .untilAsserted(() ->
                                assertThat(cpuWhileHeld(serve, open))
                                        .isLessThan(HOLD.dividedBy(2)));
                assertThat(serve.output().lines().count() - lines)
                        .as(serve.output())
                        .isLessThanOrEqualTo(4);

                release(taken);
                await().atMost(SOON)
                        .ignoreExceptions()
                        .untilAsserted(() -> {
                            try (Socket fresh = connect(port)) {
                                assertThat(health(fresh)).startsWith("HTTP/1.1 200 ");
                            }
                        });
                assertThat(serve.output()).contains("connections are accepted again");
            }
        }
    }

    /// How much processor time the node takes while it has no descriptor, and answers.
    private static Duration cpuWhileHeld(Program serve, Socket open) {
        Duration before = serve.cpu();
        await().during(HOLD)
                .atMost(HOLD.plus(SOON))
                .untilAsserted(() -> assertThat(health(open)).startsWith("HTTP/1.1 200 "));
        return serve.cpu().minus(before);
    }

    @Test
    void hasDescriptorsForItselfAsSoonAsConnectionsHaveTakenAllOthers() throws IOException {
        try (Program serve = serve(NettyTransport.Kind.NIO)) {
            int port = Integer.parseInt(serve.awaits("Ready: ws://127\\.0\\.0\\.1:(\\d+)/ws"));
            List<Socket> open = new ArrayList<>();
            int before = 0;
            for (int now = 0; now > before - RESERVE / 2; now = serve.descriptors()) {
                before = now;
                Socket next = connect(port);
                open.add(next);
                assertThat(health(next)).startsWith("HTTP/1.1 200 ");
            }
            assertThat(before).isGreaterThan(LIMIT - RESERVE);
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    private static Program serve(NettyTransport.Kind kind) {
        return Program.by(
                "ulimit -n " + LIMIT + " && exec \"$@\"",
                Map.of("FANFARE_AUTH_SECRET", "a-secret-of-this-test-and-of-nothing-else"),
                "serve",
                "--port",
                "0",
                "--host",
                "127.0.0.1",
                "--set",
                Program.transport(kind),
                "--set",
                "limits.strangers-per-address=10000");
    }

    /// More connections than the node can have.
    private static List<SocketChannel> takeAll(int port) throws IOException {
        List<SocketChannel> taken = new ArrayList<>();
        for (int i = 0; i < LIMIT; i++) {
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            taken.add(channel);
        }
        return taken;
    }

    private static void release(List<SocketChannel> taken) throws IOException {
        for (SocketChannel channel : taken) {
            channel.close();
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) SOON.toMillis());
        return socket;
    }

    private static String health(Socket socket) throws IOException {
        socket.getOutputStream()
                .write(
                        "GET /health HTTP/1.1\r\nHost: node\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("}") < 0) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            answer.append((char) next);
        }
        return answer.toString();
    }
}

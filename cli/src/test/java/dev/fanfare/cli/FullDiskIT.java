// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.TestClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A node that can write no log: `/dev/full` answers every write as a full disk does.
class FullDiskIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void servesWhenNeitherLogNorSecurityEventsCanBeWritten() throws Exception {
        int port = free();
        try (Program serve =
                Program.by(
                        "exec \"$@\" >/dev/full 2>&1",
                        Map.of(
                                "FANFARE_AUTH_SECRET",
                                "a-secret-of-this-test-and-of-nothing-else",
                                "FANFARE_LOG_LEVEL",
                                "trace",
                                "FANFARE_LOG_SECURITY_FILE",
                                "/dev/full"),
                        "serve",
                        "--port",
                        Integer.toString(port),
                        "--host",
                        "127.0.0.1")) {
            await().atMost(PATIENCE).ignoreExceptions().until(() -> listens(port));
            URI uri = URI.create("ws://127.0.0.1:" + port + "/ws");
            for (int i = 0; i < 3; i++) {
                try (TestClient client = TestClient.open(uri, Handshake.PLAIN)) {
                    client.connects("nobody's").is(TestClient.ERROR);
                    client.isClosedWith(4501);
                }
            }
            serve.terminate();
            assertThat(serve.status()).isZero();
        }
    }

    private static boolean listens(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        }
    }

    private static int free() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }
}

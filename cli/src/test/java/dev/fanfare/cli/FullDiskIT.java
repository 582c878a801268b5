// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.TestClient;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A node that can write no log: `/dev/full` answers every write as a full disk does.
class FullDiskIT {
    @Test
    void servesWhenNeitherLogNorSecurityEventsCanBeWritten() throws Exception {
        try (Program serve =
                Program.by(
                        "exec \"$@\" 2>/dev/full",
                        Map.of(
                                "FANFARE_AUTH_SECRET",
                                "a-secret-of-this-test-and-of-nothing-else",
                                "FANFARE_LOG_LEVEL",
                                "trace",
                                "FANFARE_LOG_SECURITY_FILE",
                                "/dev/full"),
                        "serve",
                        "--port",
                        "0",
                        "--host",
                        "127.0.0.1")) {
            URI uri = URI.create(serve.awaits("Ready: (ws://\\S+/ws)"));
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
}

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
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeaks.class)
class StopIT {
    /// A loop may be anywhere in its round when it is told to end.
    private static final int ROUNDS = 50;

    private static final int PATIENCE = 5_000;

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

    /// By a FIN or a RST.
    private static boolean ended(Socket client) throws IOException {
        try {
            return client.getInputStream().read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DemoIT {
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void startsEverythingStopsEverythingAndSurvivesItsOwnDeath() throws Exception {
        List<Integer> ports = freePorts();
        try (Program killed = demo(ports)) {
            killed.awaits("The demo is ready");
            assertThat(status(ports.get(0), "/ready")).isEqualTo(200);
            assertThat(status(ports.get(0), "/")).isEqualTo(200);
            assertThat(status(ports.get(1), "/")).isEqualTo(200);
            assertThat(status(ports.get(2), "/")).isEqualTo(200);
            killed.kill();
        }
        try (Program demo = demo(ports)) {
            demo.awaits("The demo is ready");
            assertThat(status(ports.get(0), "/ready")).isEqualTo(200);

            demo.terminate();

            assertThat(demo.status()).as(demo.output()).isZero();
            for (int port : ports) {
                new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
            }
        }
    }

    @Test
    void namesTheSettingOfAPortThatIsTaken() throws Exception {
        List<Integer> ports = freePorts();
        try (ServerSocket taken =
                        new ServerSocket(ports.get(1), 1, InetAddress.getLoopbackAddress());
                Program demo = demo(ports)) {
            assertThat(demo.status()).isEqualTo(1);
            assertThat(demo.output())
                    .contains(
                            "Port " + taken.getLocalPort() + " is taken",
                            "demo.chat-port",
                            "--chat-port");
        }
    }

    private static Program demo(List<Integer> ports) {
        return Program.start(
                Map.of(),
                "demo",
                "--port=" + ports.get(0),
                "--chat-port=" + ports.get(1),
                "--connect-port=" + ports.get(2),
                "--postgres-port=" + ports.get(3));
    }

    private int status(int port, String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private static List<Integer> freePorts() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        List<Integer> ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }
}

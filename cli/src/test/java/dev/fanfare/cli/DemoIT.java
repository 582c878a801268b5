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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DemoIT {
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void startsEverythingStopsEverythingAndSurvivesItsOwnDeath() throws Exception {
        Map<String, Integer> ports = freePorts();
        try (Program killed = demo(ports)) {
            killed.awaits("The demo is ready");
            assertThat(status(ports.getOrDefault("--port", 0), "/ready")).isEqualTo(200);
            assertThat(status(ports.getOrDefault("--port", 0), "/")).isEqualTo(200);
            for (DemoApp app : DemoApp.values()) {
                assertThat(status(ports.getOrDefault(option(app), 0), "/"))
                        .as(app.title())
                        .isEqualTo(200);
            }
            killed.kill();
        }
        try (Program demo = demo(ports)) {
            demo.awaits("The demo is ready");
            assertThat(status(ports.getOrDefault("--port", 0), "/ready")).isEqualTo(200);

            demo.terminate();

            assertThat(demo.status()).as(demo.output()).isZero();
            for (int port : ports.values()) {
                new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
            }
        }
    }

    @Test
    void namesTheSettingOfAPortThatIsTaken() throws Exception {
        Map<String, Integer> ports = freePorts();
        try (ServerSocket taken =
                        new ServerSocket(
                                ports.getOrDefault("--chat-port", 0),
                                1,
                                InetAddress.getLoopbackAddress());
                Program demo = demo(ports)) {
            assertThat(demo.status()).isEqualTo(1);
            assertThat(demo.output())
                    .contains(
                            "Port " + taken.getLocalPort() + " is taken",
                            "demo.chat-port",
                            "--chat-port");
        }
    }

    private static Program demo(Map<String, Integer> ports) {
        Stream<String> options =
                ports.entrySet().stream().map(port -> port.getKey() + "=" + port.getValue());
        return Program.start(
                Map.of(), Stream.concat(Stream.of("demo"), options).toArray(String[]::new));
    }

    private static String option(DemoApp app) {
        return app.portSetting().replace("demo.", "--");
    }

    private int status(int port, String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    /// A free port for every option that takes one.
    private static Map<String, Integer> freePorts() throws IOException {
        List<String> options = new ArrayList<>(List.of("--port", "--postgres-port"));
        Stream.of(DemoApp.values()).map(DemoIT::option).forEach(options::add);
        Map<String, ServerSocket> sockets = new LinkedHashMap<>();
        for (String option : options) {
            sockets.put(option, new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        Map<String, Integer> ports = new LinkedHashMap<>();
        for (Map.Entry<String, ServerSocket> socket : sockets.entrySet()) {
            ports.put(socket.getKey(), socket.getValue().getLocalPort());
            socket.getValue().close();
        }
        return ports;
    }
}

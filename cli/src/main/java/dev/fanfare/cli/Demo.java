// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import com.zaxxer.hikari.HikariDataSource;
import dev.fanfare.apps.App;
import dev.fanfare.apps.Backing;
import dev.fanfare.apps.Database;
import dev.fanfare.cli.config.Config;
import dev.fanfare.cli.config.InvalidConfiguration;
import dev.fanfare.cli.config.Sources;
import dev.fanfare.core.Environment;
import dev.fanfare.core.SystemClock;
import dev.fanfare.server.Fanfare;
import dev.fanfare.server.FanfareConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The server, the example apps and their Postgres, running. Started and closed by one thread.
final class Demo implements AutoCloseable {
    private final Config config;
    private final Set<DemoApp> apps;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final Map<String, String> addresses = new LinkedHashMap<>();

    private Demo(Config config, Set<DemoApp> apps) {
        this.config = config;
        this.apps = apps;
    }

    /// The demo's configuration; options and the environment go over it.
    static Sources.Document document() {
        try (InputStream in = Demo.class.getResourceAsStream("demo.yaml")) {
            if (in == null) {
                throw new IllegalStateException("demo.yaml is missing");
            }
            return new Sources.Document(
                    "demo.yaml", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @throws InvalidConfiguration names the setting of a port that is taken
    static Demo start(Config config, Set<DemoApp> apps) throws Exception {
        Demo demo = new Demo(config, apps);
        try {
            demo.start();
            return demo;
        } catch (Exception e) {
            demo.close();
            throw e;
        }
    }

    /// Ends what would outlive this process, without waiting for anything.
    static void abandon(Config config) {
        Postgres.kill(folder(config));
    }

    private void start() throws Exception {
        Path folder = folder(config);
        Postgres.endLeftover(folder);
        requireFree(config.port(), "port");
        requireFree(config.demo().postgresPort(), "demo.postgres-port");
        apps.forEach(app -> requireFree(app.port(config.demo()), app.portSetting()));
        System.out.println("Starting Postgres ...");
        Postgres postgres =
                Postgres.start(
                        config.demo().postgresPort(),
                        build().resolve("postgres"),
                        folder,
                        config.demo().data().isEmpty() ? Postgres.Data.FRESH : Postgres.Data.KEPT);
        running.push(postgres);
        HikariDataSource pool = Database.pool(postgres.url(), Postgres.USER, "");
        running.push(pool);
        System.out.println("Starting the server and the apps ...");
        SystemClock clock = new SystemClock();
        running.push(clock);
        listen(new Backing(pool, new Environment(clock, new SecureRandom())));
        addresses.put("Postgres", "postgresql://fanfare@127.0.0.1:" + postgres.port() + "/fanfare");
    }

    private void listen(Backing backing) {
        Map<DemoApp, App> installed = new EnumMap<>(DemoApp.class);
        Fanfare fanfare =
                Fanfare.start(node -> {
                    Assembly.describe(config, node, backing.environment().clock());
                    node.secrets(FanfareConfig.Secrets.DEMONSTRATION)
                            .ready("postgres", () -> answers(backing))
                            .nativeSite(site ->
                                    new StartPage(config, apps, backing.environment().clock())
                                            .describe(site));
                    for (DemoApp app : apps) {
                        installed.put(app, app.install(node, config, backing));
                    }
                });
        running.push(fanfare::stop);
        String host = "127.0.0.1:" + fanfare.port();
        addresses.put("Start page", "http://" + host + "/");
        addresses.put("WebSocket", "ws://" + host + "/ws");
        addresses.put("HTTP API", "http://" + host + "/api/v1");
        installed.forEach((which, app) -> {
            app.started(fanfare);
            running.push(app);
            addresses.put(which.title(), "http://127.0.0.1:" + fanfare.port(which.id()) + "/");
        });
    }

    private static boolean answers(Backing backing) throws Exception {
        try (Connection connection = backing.database().getConnection()) {
            return connection.isValid(1);
        }
    }

    /// Where Postgres has its data: beside what was built, one folder for each port, unless the
    /// user keeps it elsewhere.
    private static Path folder(Config config) {
        String kept = config.demo().data();
        return kept.isEmpty()
                ? build().resolve("demo-" + config.demo().postgresPort())
                : Path.of(kept, "postgres");
    }

    /// The launcher's own folder in this checkout.
    private static Path build() {
        return Path.of(
                System.getProperty("fanfare.build", System.getProperty("java.io.tmpdir", ".")));
    }

    /// @param setting a key of the configuration, or a variable of an app
    /// @throws InvalidConfiguration names the setting of a port that is taken
    static void requireFree(int port, String setting) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException _) {
            throw new InvalidConfiguration(
                    "Port %d is taken: choose another for the setting %s%s."
                            .formatted(port, setting, option(setting)));
        }
    }

    private static String option(String setting) {
        return setting.startsWith("demo.") || setting.equals("port")
                ? " (--" + setting.replace("demo.", "") + ")"
                : "";
    }

    /// What a person is told when everything runs.
    String greeting() {
        StringBuilder text = new StringBuilder(System.lineSeparator());
        text.append("The demo is ready. Ctrl-C stops it.%n%n".formatted());
        addresses.forEach((name, url) -> text.append("  %-10s %s%n".formatted(name, url)));
        text.append(
                """

                  API key    demo-api-key    (for the demo only, like its secrets)
                  Tokens     ./fanfare token --user ada
                """);
        return text.toString();
    }

    /// Ends what was started, the last first; a fault of one does not keep the others.
    @Override
    public void close() {
        Exception fault = null;
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (Exception e) {
                fault = e;
            }
        }
        if (fault != null) {
            throw new IllegalStateException("the demo did not stop cleanly", fault);
        }
    }
}

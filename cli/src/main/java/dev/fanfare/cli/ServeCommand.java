// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import dev.fanfare.apps.changes.ChangeFeed;
import dev.fanfare.changes.ChangesException;
import dev.fanfare.cli.config.Config;
import dev.fanfare.cli.config.InvalidConfiguration;
import dev.fanfare.core.Environment;
import dev.fanfare.core.SystemClock;
import dev.fanfare.server.Fanfare;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A server, as it is configured.
@Command(
        name = "serve",
        description = {
            "Starts a server. It is configured by ./fanfare.yaml where there is one, by FANFARE_* variables and by options;"
                    + " docs/reference/configuration.md lists every setting.",
            "SIGTERM and Ctrl-C send the clients to come back, and end it with status 0; a second one ends it at once."
        },
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    @Option(names = "--config", paramLabel = "FILE", description = "The configuration file.")
    @Nullable Path file;

    @Mixin ConfigurationOptions options = new ConfigurationOptions();

    @Override
    public Integer call() throws InterruptedException {
        Config config = options.load(file);
        Logging.set(config.log());
        Lifetime lifetime = Lifetime.begin(() -> {});
        try (SystemClock clock = new SystemClock()) {
            List<ChangeFeed> feeds = new ArrayList<>();
            Fanfare fanfare =
                    Fanfare.start(node -> {
                        Assembly.describe(config, node, clock);
                        feeds.addAll(
                                Assembly.sources(
                                        config, node, new Environment(clock, new SecureRandom())));
                    });
            follow(feeds, fanfare);
            String host = authority(config.host(), fanfare.port());
            String tls = config.tls().key().isEmpty() ? "" : "s";
            System.out.printf(
                    "Ready: ws%s://%s/ws, http%s://%s/api/v1 (%s, transport %s)%n",
                    tls,
                    host,
                    tls,
                    host,
                    "listening on " + config.host(),
                    fanfare.transport().name().toLowerCase(java.util.Locale.ROOT));
            lifetime.await();
            feeds.forEach(ChangeFeed::close);
            fanfare.stop();
        }
        return 0;
    }

    /// Where this machine reaches a listener.
    static String authority(String host, int port) {
        String reached =
                switch (host) {
                    case "0.0.0.0" -> "127.0.0.1";
                    case "::" -> "::1";
                    default -> host;
                };
        return (reached.contains(":") ? '[' + reached + ']' : reached) + ':' + port;
    }

    /// @throws InvalidConfiguration when a database is not as it must be
    private static void follow(List<ChangeFeed> feeds, Fanfare fanfare) {
        try {
            feeds.forEach(feed -> feed.started(fanfare));
        } catch (ChangesException e) {
            feeds.forEach(ChangeFeed::close);
            fanfare.close();
            throw new InvalidConfiguration("sources: " + e.getMessage());
        }
    }
}

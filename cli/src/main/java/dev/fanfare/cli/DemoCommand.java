// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import dev.fanfare.cli.config.Config;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Everything on this machine, in one process.
@Command(
        name = "demo",
        description = {
            "Starts a server, the example apps and a Postgres for them, on this machine only. Ctrl-C stops it all.",
            "The key and the secrets are the same in every checkout: they are for the demo and for nothing else."
        },
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "APP",
            description = "Start this app alone: ${COMPLETION-CANDIDATES}.")
    @Nullable DemoApp app;

    @Option(
            names = "--auth",
            description = {
                "Verify who a client says it is, as a server does. Without it, kyc and store believe the id",
                "that their clients name, as their descriptions have it."
            })
    boolean auth;

    @Option(names = "--kyc-port", paramLabel = "N", description = "The port of kyc (3001).")
    @Nullable String kycPort;

    @Option(names = "--wallet-port", paramLabel = "N", description = "The wallet's port (3002).")
    @Nullable String walletPort;

    @Option(names = "--chat-port", paramLabel = "N", description = "The chat's port (3003).")
    @Nullable String chatPort;

    @Option(names = "--connect-port", paramLabel = "N", description = "The port of connect (3300).")
    @Nullable String connectPort;

    @Option(names = "--store-port", paramLabel = "N", description = "The store's port (8001).")
    @Nullable String storePort;

    @Option(names = "--postgres-port", paramLabel = "N", description = "Postgres's port (5433).")
    @Nullable String postgresPort;

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            description = "Keep the data here; without it, it is fresh at each start.")
    @Nullable String data;

    @Mixin ConfigurationOptions options = new ConfigurationOptions();

    @Override
    public Integer call() throws Exception {
        Map<String, String> more = new LinkedHashMap<>();
        ConfigurationOptions.put(more, "demo.identity", auth ? "verified" : null);
        ConfigurationOptions.put(more, "demo.kyc-port", kycPort);
        ConfigurationOptions.put(more, "demo.wallet-port", walletPort);
        ConfigurationOptions.put(more, "demo.chat-port", chatPort);
        ConfigurationOptions.put(more, "demo.connect-port", connectPort);
        ConfigurationOptions.put(more, "demo.store-port", storePort);
        ConfigurationOptions.put(more, "demo.postgres-port", postgresPort);
        ConfigurationOptions.put(more, "demo.data", data);
        Config config = options.load(Demo.document(), more);
        Logging.set(config.log());
        Set<DemoApp> apps = app == null ? EnumSet.allOf(DemoApp.class) : EnumSet.of(app);
        Lifetime lifetime = Lifetime.begin(() -> Demo.abandon(config));
        try (Demo demo = Demo.start(config, apps)) {
            if (!lifetime.ending()) {
                System.out.print(demo.greeting());
                lifetime.await();
            }
            System.out.println("Stopping ...");
        }
        System.out.println("Stopped.");
        return 0;
    }
}

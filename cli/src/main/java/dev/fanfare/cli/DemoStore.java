// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import dev.fanfare.apps.store.StoreSettings;
import dev.fanfare.apps.store.StoreSettings.Identity;
import dev.fanfare.cli.config.Config;
import dev.fanfare.cli.config.InvalidConfiguration;
import dev.fanfare.engine.Clock;
import dev.fanfare.server.http.Origins;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// How the demo runs the store, with the variables that its description names: `WS_PORT`,
/// `WS_PATH`, `LOG_LEVEL`.
final class DemoStore {
    private static final String PORT = "WS_PORT";

    private DemoStore() {}

    /// @param variables as the process has them
    static StoreSettings settings(Config config, Clock clock, Map<String, String> variables) {
        logAt(variables.get("LOG_LEVEL"));
        int http = config.demo().storePort();
        OptionalInt port = port(variables.get(PORT));
        if (port.isPresent() && port.getAsInt() != http) {
            Demo.requireFree(port.getAsInt(), PORT);
        }
        String path = variables.get("WS_PATH");
        return StoreSettings.demo(identity(config, clock))
                .port(http)
                .origins(origins(config, http))
                .socket(
                        new StoreSettings.Socket(
                                port, path == null ? StoreSettings.Socket.DEFAULT.path() : path));
    }

    private static Identity identity(Config config, Clock clock) {
        return switch (config.demo().identity()) {
            case CLAIMED -> new Identity.Claimed();
            case VERIFIED ->
                    new Identity.Verified(
                            Assembly.authenticator(config.auth(), clock),
                            StoreSettings.Stores.ANY_UNLESS_LISTED);
        };
    }

    /// The store's own page too, which is of another origin where the socket has a port of its own.
    private static Origins origins(Config config, int http) {
        List<String> all = new ArrayList<>(config.origins());
        all.add("http://127.0.0.1:" + http);
        all.add("http://localhost:" + http);
        return new Origins(all);
    }

    private static OptionalInt port(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return OptionalInt.empty();
        }
        try {
            int port = Integer.parseInt(text.strip());
            if (port >= 1 && port <= 65_535) {
                return OptionalInt.of(port);
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw new InvalidConfiguration(PORT + " must be a port, 1 to 65535.");
    }

    private static void logAt(@Nullable String name) {
        if (name == null || name.isBlank()) {
            return;
        }
        try {
            Logging.level(
                    "dev.fanfare.apps.store",
                    Config.Level.valueOf(name.strip().toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw new InvalidConfiguration(
                    "LOG_LEVEL must be one of "
                            + Arrays.toString(Config.Level.values()).toLowerCase(Locale.ROOT)
                            + ".");
        }
    }
}

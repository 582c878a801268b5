// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import dev.fanfare.cli.config.Config;
import dev.fanfare.cli.config.Sources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that every command with a server has.
final class ConfigurationOptions {
    private static final String VARIABLE = "FANFARE_CONFIG";
    private static final Path USUAL = Path.of("fanfare.yaml");

    @Option(names = "--host", paramLabel = "ADDRESS", description = "The address to listen on.")
    @Nullable String host;

    @Option(names = "--port", paramLabel = "N", description = "The port; 0 for any that is free.")
    @Nullable String port;

    @Option(
            names = "--transport",
            paramLabel = "KIND",
            description = "auto, io-uring, epoll or nio.")
    @Nullable String transport;

    @Option(names = "--loops", paramLabel = "N", description = "Threads that own the connections.")
    @Nullable String loops;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            description = "error, warn, info, debug or trace.")
    @Nullable String logLevel;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Any setting: --set limits.connections=5. Can be repeated.")
    Map<String, String> others = new LinkedHashMap<>();

    /// @param file what `--config` names, or null
    Config load(@Nullable Path file) {
        String variable = System.getenv(VARIABLE);
        Path chosen =
                file != null
                        ? file
                        : variable != null ? Path.of(variable) : Files.exists(USUAL) ? USUAL : null;
        return load(chosen == null ? null : Sources.Document.of(chosen), Map.of());
    }

    /// @param more options of the command's own, by the setting's path
    Config load(Sources.@Nullable Document document, Map<String, String> more) {
        Map<String, String> options = new LinkedHashMap<>(others);
        options.putAll(more);
        put(options, "host", host);
        put(options, "port", port);
        put(options, "transport", transport);
        put(options, "loops", loops);
        put(options, "log.level", logLevel);
        return new Sources(document, System.getenv(), options).load();
    }

    static void put(Map<String, String> options, String key, @Nullable String value) {
        if (value != null) {
            options.put(key, value);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import dev.fanfare.cli.config.Config;
import dev.fanfare.cli.config.InvalidConfiguration;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.Rulebook;
import java.util.Map;
import java.util.regex.Pattern;

/// No source publishes in an encrypted channel: what it has is not encrypted, and could not be
/// conflated by a field if it were.
final class Sealed {
    private static final Pattern COLUMN = Pattern.compile("\\{[^}]*}");

    private Sealed() {}

    /// @throws InvalidConfiguration names the two settings that contradict each other
    static void check(Config config) {
        Rulebook rules = Rulebook.of(config.rules());
        config.sources()
                .forEach((source, settings) ->
                        settings.mappings()
                                .forEach((mapping, of) -> {
                                    String channel = COLUMN.matcher(of.channel()).replaceAll("x");
                                    Rulebook.Match match = rules.match(channel);
                                    if (match != null
                                            && match.rules().contents()
                                                    == ChannelRules.Contents.ENCRYPTED) {
                                        String path =
                                                "sources.'"
                                                        + source
                                                        + "'.mappings.'"
                                                        + mapping
                                                        + "'";
                                        throw contradiction(path, of, encrypting(config, channel));
                                    }
                                }));
    }

    private static InvalidConfiguration contradiction(
            String mapping, Config.MappingSettings settings, String encrypted) {
        return new InvalidConfiguration(
                settings.conflateBy().isEmpty()
                        ? mapping
                                + ".channel and "
                                + encrypted
                                + ": a change is not encrypted, and an encrypted channel takes"
                                + " nothing else."
                        : mapping
                                + ".conflate-by and "
                                + encrypted
                                + ": an encrypted channel cannot be conflated by a field, for the"
                                + " server cannot read it.");
    }

    /// The setting that encrypts the channel.
    private static String encrypting(Config config, String channel) {
        return config.channels().entrySet().stream()
                .filter(entry -> entry.getValue().encrypted())
                .map(Map.Entry::getKey)
                .filter(pattern ->
                        Rulebook.of(Map.of(pattern, ChannelRules.DEFAULT)).match(channel) != null)
                .map(pattern -> "channels.'" + pattern + "'.encrypted")
                .findFirst()
                .orElse("channels");
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import static java.util.Objects.requireNonNull;

import dev.fanfare.cli.config.Config;
import dev.fanfare.core.SystemClock;
import dev.fanfare.server.Tokens;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Prints a token.
@Command(
        name = "token",
        description = {
            "Prints a token (a JWT signed with HS256), and nothing else, on standard output.",
            "It is signed with the demo's secret, unless --secret, --config or FANFARE_AUTH_SECRET gives another; issuer and"
                    + " audience are those of the same configuration.",
            "Example: ./fanfare token --user u1 --claim wallets='[\"0xabc\"]' --expires-in 10m"
        },
        mixinStandardHelpOptions = true)
final class TokenCommand implements Callable<Integer> {
    private static final Pattern SPAN = Pattern.compile("(\\d{1,9})(s|m|h|d)");

    @Option(
            names = "--user",
            required = true,
            paramLabel = "ID",
            description = "The user's id: the claim sub.")
    String user = "";

    @Option(
            names = "--claim",
            paramLabel = "NAME=VALUE",
            description = "One more claim; the value is JSON, or else text. Can be repeated.")
    Map<String, String> claims = new LinkedHashMap<>();

    @Option(
            names = "--expires-in",
            paramLabel = "TIME",
            defaultValue = "1h",
            description = "How long it is good: 30s, 10m, 1h, 7d. Default: ${DEFAULT-VALUE}.")
    String validFor = "1h";

    @Option(
            names = "--secret",
            paramLabel = "TEXT",
            description =
                    "The secret to sign with, 32 bytes or more. It stays in the shell's history: FANFARE_AUTH_SECRET does"
                            + " not.")
    @Nullable String secret;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Takes the secret, issuer and audience from this file.")
    @Nullable Path file;

    @Spec @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        ConfigurationOptions options = new ConfigurationOptions();
        ConfigurationOptions.put(options.others, "auth.secret", secret);
        Config config = file == null ? options.load(Demo.document(), Map.of()) : options.load(file);
        Map<String, Object> values = new LinkedHashMap<>();
        claims.forEach((name, text) -> values.put(name, value(text)));
        try (SystemClock clock = new SystemClock()) {
            String token =
                    new Tokens(Assembly.policy(config.auth()), clock)
                            .issue(user, duration(), values);
            requireNonNull(spec).commandLine().getOut().println(token);
        }
        return 0;
    }

    private static Object value(String text) {
        try {
            return JsonMapper.shared().readValue(text, Object.class);
        } catch (JacksonException _) {
            return text;
        }
    }

    private Duration duration() {
        Matcher span = SPAN.matcher(validFor);
        if (!span.matches() && spec != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--expires-in is '%s'; allowed is a time such as 30s, 10m, 1h or 7d."
                            .formatted(validFor));
        }
        long number = Long.parseLong(span.group(1));
        return switch (span.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}

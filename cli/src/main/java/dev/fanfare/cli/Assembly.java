// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import dev.fanfare.apps.changes.ChangeFeed;
import dev.fanfare.cli.config.Config;
import dev.fanfare.cli.config.InvalidConfiguration;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Environment;
import dev.fanfare.engine.Clock;
import dev.fanfare.server.FanfareConfig;
import dev.fanfare.server.JwtAlgorithm;
import dev.fanfare.server.JwtAuthenticator;
import dev.fanfare.server.JwtKeys;
import dev.fanfare.server.JwtPolicy;
import dev.fanfare.server.Tls;
import dev.fanfare.server.http.Origins;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one place that makes a node of a configuration: it picks the engine, the dialects, and who
/// may come in. What the demo adds is in [Demo].
final class Assembly {
    private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);
    private static final int MIN_SECRET = 32;

    private Assembly() {}

    static void describe(Config config, FanfareConfig node, Clock clock) {
        node.host(config.host())
                .port(config.port())
                .transport(config.transport())
                .clock(clock)
                .origins(new Origins(config.origins()))
                .compression(config.compression().messages())
                .limits(config.limits().session())
                .httpLimits(config.limits().node())
                .inboxes(config.inbox().bounds())
                .drainWindow(config.drain())
                .nativeEndpoint(endpoint ->
                        endpoint.exchanges(config.exchange().exchanges())
                                .handshake(route -> route.frames(config.limits().frames())));
        admit(config.auth(), node, clock);
        secure(config.tls(), node);
        if (config.loops() > 0) {
            node.eventLoops(config.loops());
        }
        config.apiKeys().forEach(node::apiKey);
        config.rules().forEach((pattern, rules) -> node.channel(pattern, _ -> rules));
        switch (config.metrics().place()) {
            case OFF -> {}
            case SHARED -> node.metrics();
            case SEPARATE -> node.metrics(config.metrics().host(), config.metrics().port());
        }
    }

    /// @throws InvalidConfiguration when only one of the two files is named
    private static void secure(Config.TlsSettings tls, FanfareConfig node) {
        if (tls.certificate().isEmpty() != tls.key().isEmpty()) {
            throw new InvalidConfiguration(
                    "tls.certificate and tls.key: one is set and the other is not; TLS needs both.");
        }
        if (!tls.key().isEmpty()) {
            node.tls(Tls.of(Path.of(tls.certificate()), Path.of(tls.key())).hsts(tls.hsts()));
        }
    }

    private static void admit(Config.Auth auth, FanfareConfig node, Clock clock) {
        if (auth.jwksUrl().isEmpty()) {
            node.authenticator(authenticator(auth, clock));
        } else {
            JwtAuthenticator tokens = new JwtAuthenticator(policy(auth), clock);
            node.authenticator(admitting(auth, tokens)).ready("jwks", tokens::ready);
        }
    }

    /// Puts the configured sources of changes on the node; each is to be started once it runs.
    ///
    /// @throws InvalidConfiguration names the source that cannot stand
    static List<ChangeFeed> sources(Config config, FanfareConfig node, Environment environment) {
        Sealed.check(config);
        List<ChangeFeed> feeds = new ArrayList<>();
        config.sources()
                .forEach((name, settings) -> {
                    try {
                        feeds.add(
                                ChangeFeed.install(
                                        node,
                                        settings.source(name),
                                        ChangeFeed.Watch.NONE,
                                        environment));
                    } catch (IllegalArgumentException e) {
                        throw new InvalidConfiguration("sources.'" + name + "': " + e.getMessage());
                    }
                });
        return feeds;
    }

    /// @throws InvalidConfiguration when nothing verifies tokens, and says what could
    static Authenticator authenticator(Config.Auth auth, Clock clock) {
        boolean open = auth.secret().isEmpty() && !asymmetric(auth);
        return open && auth.anonymous() == Config.Anonymous.ALLOWED
                ? _ -> Authenticator.anonymous()
                : admitting(auth, new JwtAuthenticator(policy(auth), clock));
    }

    private static Authenticator admitting(Config.Auth auth, Authenticator tokens) {
        return switch (auth.anonymous()) {
            case REFUSED -> tokens;
            case ALLOWED ->
                    credentials ->
                            credentials.token() == null
                                    ? Authenticator.anonymous()
                                    : tokens.authenticate(credentials);
        };
    }

    /// @throws InvalidConfiguration names the setting that is missing, or cannot stand
    static JwtPolicy policy(Config.Auth auth) {
        if (asymmetric(auth) && auth.issuer().isEmpty() && auth.audience().isEmpty()) {
            LOG.warn(
                    "neither auth.issuer nor auth.audience is set: every token that these keys sign"
                            + " is taken, whomever it was meant for");
        }
        return JwtPolicy.of(keys(auth))
                .issuer(auth.issuer().isEmpty() ? null : auth.issuer())
                .audience(auth.audience().isEmpty() ? null : auth.audience())
                .userClaim(auth.userClaim());
    }

    private static boolean asymmetric(Config.Auth auth) {
        return !(auth.publicKey().isEmpty() && auth.jwksUrl().isEmpty());
    }

    private static JwtKeys keys(Config.Auth auth) {
        List<String> set = new ArrayList<>();
        note(set, "auth.secret", auth.secret());
        note(set, "auth.public-key", auth.publicKey());
        note(set, "auth.jwks-url", auth.jwksUrl());
        note(set, "auth.algorithms", asymmetric(auth) ? "" : String.join("", auth.algorithms()));
        if (set.size() > 1) {
            throw new InvalidConfiguration(
                    String.join(" and ", set)
                            + " are set, but tokens are either signed with a secret (HS256) or"
                            + " verified by public keys from one place.");
        }
        String from = set.isEmpty() ? "auth.secret" : set.getFirst();
        try {
            return switch (from) {
                case "auth.public-key" ->
                        counting(auth, JwtKeys.publicKeys(read(from, Path.of(auth.publicKey()))));
                case "auth.jwks-url" -> counting(auth, JwtKeys.jwks(URI.create(auth.jwksUrl())));
                default -> secret(auth);
            };
        } catch (IllegalArgumentException e) {
            throw new InvalidConfiguration(from + ": " + e.getMessage());
        }
    }

    private static void note(List<String> set, String name, String value) {
        if (!value.isEmpty()) {
            set.add(name);
        }
    }

    private static JwtKeys secret(Config.Auth auth) {
        int length = auth.secret().getBytes(StandardCharsets.UTF_8).length;
        if (length < MIN_SECRET) {
            throw new InvalidConfiguration(
                    (length == 0
                                    ? "auth.secret is not set, and nobody could connect: "
                                    : "auth.secret has %d bytes, and needs %d: "
                                            .formatted(length, MIN_SECRET))
                            + "make one with `openssl rand -hex 32`, and set FANFARE_AUTH_SECRET or"
                            + " auth.secret in the file; or name an issuer's public keys by"
                            + " auth.jwks-url or auth.public-key.");
        }
        return JwtKeys.secret(auth.secret());
    }

    private static JwtKeys counting(Config.Auth auth, JwtKeys keys) {
        if (auth.algorithms().isEmpty()) {
            return keys;
        }
        return keys.algorithms(
                auth.algorithms().stream()
                        .map(name ->
                                JwtAlgorithm.named(name)
                                        .orElseThrow(() ->
                                                new InvalidConfiguration(
                                                        "auth.algorithms has '"
                                                                + name
                                                                + "'; allowed is "
                                                                + JwtAlgorithm.ALL.stream()
                                                                        .map(JwtAlgorithm::written)
                                                                        .toList())))
                        .toList());
    }

    private static String read(String setting, Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new InvalidConfiguration(setting + ": " + file + " cannot be read: " + e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import dev.fanfare.cli.config.Config;
import dev.fanfare.cli.config.InvalidConfiguration;
import dev.fanfare.core.Authenticator;
import dev.fanfare.engine.Clock;
import dev.fanfare.server.FanfareConfig;
import dev.fanfare.server.JwtAuthenticator;
import dev.fanfare.server.JwtPolicy;
import dev.fanfare.server.http.Origins;
import java.nio.charset.StandardCharsets;

/// The one place that makes a node of a configuration: it picks the engine, the dialects, and who
/// may come in. What the demo adds is in [Demo].
final class Assembly {
    private static final int MIN_SECRET = 32;

    private Assembly() {}

    static void describe(Config config, FanfareConfig node, Clock clock) {
        node.host(config.host())
                .port(config.port())
                .transport(config.transport())
                .clock(clock)
                .authenticator(authenticator(config.auth(), clock))
                .origins(new Origins(config.origins()))
                .compression(config.compression().messages())
                .limits(config.limits().session())
                .httpLimits(config.limits().node())
                .inboxes(config.inbox().bounds())
                .drainWindow(config.drain())
                .nativeEndpoint(endpoint ->
                        endpoint.handshake(route -> route.frames(config.limits().frames())));
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

    /// @throws InvalidConfiguration when there is no secret, and says how to make one
    static Authenticator authenticator(Config.Auth auth, Clock clock) {
        boolean anonymous = auth.anonymous() == Config.Anonymous.ALLOWED;
        if (auth.secret().isEmpty() && anonymous) {
            return _ -> Authenticator.anonymous();
        }
        Authenticator tokens = new JwtAuthenticator(policy(auth), clock);
        return anonymous
                ? credentials ->
                        credentials.token() == null
                                ? Authenticator.anonymous()
                                : tokens.authenticate(credentials)
                : tokens;
    }

    /// @throws InvalidConfiguration when the secret is missing or too short
    static JwtPolicy policy(Config.Auth auth) {
        int length = auth.secret().getBytes(StandardCharsets.UTF_8).length;
        if (length < MIN_SECRET) {
            throw new InvalidConfiguration(
                    (length == 0
                                    ? "auth.secret is not set, and nobody could connect: "
                                    : "auth.secret has %d bytes, and needs %d: "
                                            .formatted(length, MIN_SECRET))
                            + "make one with `openssl rand -hex 32`, and set FANFARE_AUTH_SECRET or"
                            + " auth.secret in the file.");
        }
        return JwtPolicy.of(auth.secret())
                .issuer(auth.issuer().isEmpty() ? null : auth.issuer())
                .audience(auth.audience().isEmpty() ? null : auth.audience());
    }
}

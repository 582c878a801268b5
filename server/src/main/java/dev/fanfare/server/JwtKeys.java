// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whose signatures are believed. It is configuration that says so; nothing in a token can.
public sealed interface JwtKeys {
    /// One secret, which signs and verifies (HS256).
    ///
    /// @param text at least 32 bytes of UTF-8
    record Secret(String text) implements JwtKeys {
        private static final int MIN_BYTES = 32;

        public Secret {
            int length = text.getBytes(StandardCharsets.UTF_8).length;
            if (length < MIN_BYTES) {
                throw new IllegalArgumentException(
                        "jwt secret: has " + length + " bytes, needs at least " + MIN_BYTES);
            }
        }

        byte[] bytes() {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return "Secret";
        }
    }

    /// Public keys that do not change.
    ///
    /// @param text PEM (`PUBLIC KEY` or `CERTIFICATE` blocks), a JWK, or a set of them
    /// @param algorithms those that count
    record Public(String text, List<JwtAlgorithm> algorithms) implements JwtKeys {
        public Public {
            algorithms = some(algorithms);
        }
    }

    /// Public keys that their owner publishes, and may exchange at any time (RFC 7517, 5).
    ///
    /// @param url `https:`; `http:` only of this machine
    /// @param algorithms those that count
    record Remote(URI url, List<JwtAlgorithm> algorithms) implements JwtKeys {
        public Remote {
            algorithms = some(algorithms);
            String host = url.getHost();
            boolean tls = "https".equals(url.getScheme());
            if (host == null
                    || url.getUserInfo() != null
                    || !(tls || ("http".equals(url.getScheme()) && loopback(host)))) {
                throw new IllegalArgumentException(
                        "jwks url: must be https://host/path, or http: of this machine");
            }
        }
    }

    /// @throws IllegalArgumentException when it has less than 32 bytes
    static JwtKeys secret(String text) {
        return new Secret(text);
    }

    static JwtKeys publicKeys(String text) {
        return new Public(text, JwtAlgorithm.ALL);
    }

    /// @throws IllegalArgumentException when it is neither https nor of this machine
    static JwtKeys jwks(URI url) {
        return new Remote(url, JwtAlgorithm.ALL);
    }

    /// Only these count.
    default JwtKeys algorithms(List<JwtAlgorithm> wanted) {
        return switch (this) {
            case Secret secret -> secret;
            case Public(String text, _) -> new Public(text, wanted);
            case Remote(URI url, _) -> new Remote(url, wanted);
        };
    }

    private static List<JwtAlgorithm> some(@Nullable List<JwtAlgorithm> algorithms) {
        if (algorithms == null || algorithms.isEmpty()) {
            throw new IllegalArgumentException("jwt algorithms: there must be one at least");
        }
        return List.copyOf(algorithms);
    }

    private static boolean loopback(String host) {
        return host.equals("localhost")
                || host.equals("[::1]")
                || host.matches("127(\\.\\d{1,3}){3}");
    }
}

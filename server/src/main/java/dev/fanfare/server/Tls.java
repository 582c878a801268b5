// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.nio.file.Path;
import java.time.Duration;

/// TLS 1.2 and 1.3 for a listener, from PEM files. They are looked at every ten seconds, and what
/// has changed holds for connections from then on; what cannot be used is logged, and the old
/// stays.
///
/// @param certificate the listener's own, followed by those between it and the root
/// @param key the private key of the first, as unencrypted PKCS#8
/// @param hsts for how long browsers are told to come by TLS only (RFC 6797); zero tells them
///   nothing
public record Tls(Path certificate, Path key, Duration hsts) {
    public static Tls of(Path certificate, Path key) {
        return new Tls(certificate, key, Duration.ZERO);
    }

    public Tls hsts(Duration span) {
        return new Tls(certificate, key, span);
    }
}

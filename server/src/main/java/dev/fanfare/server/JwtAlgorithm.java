// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// How tokens may be signed so that a public key verifies them (RFC 7518, 3.1; RFC 8037).
public enum JwtAlgorithm {
    RS256("RS256", "RSA"),
    RS384("RS384", "RSA"),
    RS512("RS512", "RSA"),
    PS256("PS256", "RSA"),
    PS384("PS384", "RSA"),
    PS512("PS512", "RSA"),
    ES256("ES256", "P-256"),
    ES384("ES384", "P-384"),
    EDDSA("EdDSA", "Ed25519");

    /// All of them. A key that does not say which it is for is for the first in such a list that
    /// fits its kind.
    public static final List<JwtAlgorithm> ALL = List.of(values());

    private final String written;
    private final String kind;

    JwtAlgorithm(String written, String kind) {
        this.written = written;
        this.kind = kind;
    }

    /// By its name as in a token's header.
    public static Optional<JwtAlgorithm> named(String name) {
        return Arrays.stream(values()).filter(each -> each.written.equals(name)).findFirst();
    }

    /// As in a token's header.
    public String written() {
        return written;
    }

    /// What kind of key it takes: `RSA`, or the name of a curve.
    String kind() {
        return kind;
    }
}

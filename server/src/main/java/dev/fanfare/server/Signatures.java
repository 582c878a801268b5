// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.util.Base64URL;
import dev.fanfare.engine.Clock;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.Semaphore;

/// Tells whether tokens are signed by a key of ours, for the algorithm that the key is for. Any
/// thread but an event loop.
sealed interface Signatures {
    /// @param token of three segments
    /// @param header the first of them
    /// @throws KeysUnavailableException when it cannot be known now
    boolean sign(String token, JWSHeader header)
            throws JOSEException, GeneralSecurityException, KeysUnavailableException;

    /// @throws IllegalArgumentException when there is no key that can be used
    static Signatures of(JwtKeys keys, Clock clock) {
        return switch (keys) {
            case JwtKeys.Secret secret -> Symmetric.of(secret);
            case JwtKeys.Public given ->
                    new Asymmetric(JwtKeySource.of(JwkText.keys(given)), new VerifiedTokens());
            case JwtKeys.Remote remote ->
                    new Asymmetric(new Jwks(remote, clock), new VerifiedTokens());
        };
    }

    private static byte[] said(String token) {
        return token.substring(0, token.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII);
    }

    private static Base64URL signature(String token) {
        return new Base64URL(token.substring(token.lastIndexOf('.') + 1));
    }

    /// By the secret that verifies them (HS256).
    record Symmetric(MACVerifier verifier) implements Signatures {
        static Signatures of(JwtKeys.Secret secret) {
            try {
                return new Symmetric(new MACVerifier(secret.bytes()));
            } catch (JOSEException e) {
                throw new IllegalArgumentException("jwt secret: cannot be used for HS256", e);
            }
        }

        @Override
        public boolean sign(String token, JWSHeader header) throws JOSEException {
            return JWSAlgorithm.HS256.equals(header.getAlgorithm())
                    && verifier.verify(header, said(token), signature(token));
        }
    }

    /// By private keys elsewhere. Verifying takes 30 to 300 µs: at most half of the cores do it at
    /// a time, and what was verified is remembered.
    record Asymmetric(JwtKeySource keys, VerifiedTokens verified) implements Signatures {
        private static final Semaphore VERIFYING =
                new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));

        @Override
        public boolean sign(String token, JWSHeader header)
                throws JOSEException, GeneralSecurityException, KeysUnavailableException {
            JwtAlgorithm algorithm =
                    JwtAlgorithm.named(header.getAlgorithm().getName()).orElse(null);
            if (algorithm == null) {
                return false;
            }
            List<JwtKey> known = keys.find(header.getKeyID(), algorithm);
            if (anySigned(known, token, header)) {
                return true;
            }
            if (header.getKeyID() != null) {
                return false;
            }
            List<JwtKey> newest = keys.findNewest(algorithm);
            return !newest.equals(known) && anySigned(newest, token, header);
        }

        private boolean anySigned(List<JwtKey> candidates, String token, JWSHeader header)
                throws JOSEException, GeneralSecurityException {
            String hash = VerifiedTokens.hash(token);
            if (verified.has(hash, candidates)) {
                return true;
            }
            byte[] said = said(token);
            Base64URL signature = signature(token);
            VERIFYING.acquireUninterruptibly();
            try {
                for (JwtKey key : candidates) {
                    if (key.verifies(header, said, signature)) {
                        verified.add(hash, key);
                        return true;
                    }
                }
                return false;
            } finally {
                VERIFYING.release();
            }
        }
    }
}

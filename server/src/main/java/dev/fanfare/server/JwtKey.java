// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A public key, and the one algorithm that it is for (RFC 8725, 3.1).
///
/// @param id its `kid`, or null for one that has none
record JwtKey(@Nullable String id, JwtAlgorithm algorithm, PublicKey key) {
    private static final int MIN_RSA_BITS = 2_048;

    /// What stands before the 32 bytes of an Ed25519 key in X.509 (RFC 8410, 4).
    private static final byte[] ED25519 = HexFormat.of().parseHex("302a300506032b6570032100");

    /// A key that can be used here, or null: one for another purpose, of another kind, too short,
    /// or for an algorithm that does not count.
    static @Nullable JwtKey of(JWK jwk, List<JwtAlgorithm> algorithms)
            throws JOSEException, GeneralSecurityException {
        KeyUse use = jwk.getKeyUse();
        if ((use != null && !use.equals(KeyUse.SIGNATURE))
                || (jwk.getKeyOperations() != null
                        && !jwk.getKeyOperations().contains(KeyOperation.VERIFY))) {
            return null;
        }
        String wanted = jwk.getAlgorithm() == null ? null : jwk.getAlgorithm().getName();
        return switch (jwk) {
            case RSAKey rsa when rsa.size() >= MIN_RSA_BITS ->
                    pinned(jwk.getKeyID(), rsa.toRSAPublicKey(), "RSA", wanted, algorithms);
            case ECKey ec ->
                    pinned(
                            jwk.getKeyID(),
                            ec.toECPublicKey(),
                            ec.getCurve().getName(),
                            wanted,
                            algorithms);
            case OctetKeyPair pair when pair.getCurve().equals(Curve.Ed25519) ->
                    pinned(
                            jwk.getKeyID(),
                            ed25519(pair.getDecodedX()),
                            "Ed25519",
                            wanted,
                            algorithms);
            default -> null;
        };
    }

    /// The same, of a key that came without a name and a purpose.
    static @Nullable JwtKey of(PublicKey key, List<JwtAlgorithm> algorithms) {
        return switch (key) {
            case RSAPublicKey rsa when rsa.getModulus().bitLength() >= MIN_RSA_BITS ->
                    pinned(null, key, "RSA", null, algorithms);
            case ECPublicKey ec -> {
                Curve curve = Curve.forECParameterSpec(ec.getParams());
                yield curve == null ? null : pinned(null, key, curve.getName(), null, algorithms);
            }
            default ->
                    key.getAlgorithm().equals("EdDSA")
                            ? pinned(null, key, "Ed25519", null, algorithms)
                            : null;
        };
    }

    private static @Nullable JwtKey pinned(
            @Nullable String id,
            PublicKey key,
            String kind,
            @Nullable String wanted,
            List<JwtAlgorithm> algorithms) {
        for (JwtAlgorithm each : algorithms) {
            if (each.kind().equals(kind) && (wanted == null || wanted.equals(each.written()))) {
                return new JwtKey(id, each, key);
            }
        }
        return null;
    }

    private static PublicKey ed25519(byte[] x) throws GeneralSecurityException {
        byte[] encoded = new byte[ED25519.length + x.length];
        System.arraycopy(ED25519, 0, encoded, 0, ED25519.length);
        System.arraycopy(x, 0, encoded, ED25519.length, x.length);
        return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    }

    /// Whether it may be for a token whose header names this key, or none.
    boolean answersTo(@Nullable String named) {
        return id == null || named == null || id.equals(named);
    }

    /// @param header with this key's algorithm
    boolean verifies(JWSHeader header, byte[] signed, Base64URL signature)
            throws JOSEException, GeneralSecurityException {
        return switch (key) {
            case RSAPublicKey rsa -> new RSASSAVerifier(rsa).verify(header, signed, signature);
            case ECPublicKey ec -> new ECDSAVerifier(ec).verify(header, signed, signature);
            default -> {
                Signature check = Signature.getInstance("Ed25519");
                check.initVerify(key);
                check.update(signed);
                yield check.verify(signature.decode());
            }
        };
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/// Public keys as they are written: PEM, a JWK, a set of JWKs (RFC 7517).
final class JwkText {
    private static final Logger LOG = LoggerFactory.getLogger(JwkText.class);
    private static final int MOST_KEYS = 100;

    private JwkText() {}

    /// The keys in a text of either form that can be used; at least one.
    ///
    /// @throws IllegalArgumentException when there is none
    static List<JwtKey> keys(JwtKeys.Public given) {
        String text = given.text().strip();
        List<JwtKey> keys =
                text.startsWith("{")
                        ? keys(text.getBytes(StandardCharsets.UTF_8), given.algorithms())
                        : pem(text, given.algorithms());
        if (keys.isEmpty()) {
            throw new IllegalArgumentException(
                    "jwt public key: there is none for "
                            + given.algorithms().stream().map(JwtAlgorithm::written).toList()
                            + " in it; it has PUBLIC KEY or CERTIFICATE blocks of PEM, a JWK or a"
                            + " set of them, and RSA keys have 2048 bits or more");
        }
        return keys;
    }

    /// The keys of a JWK or a set that can be used; what cannot is left out.
    ///
    /// @throws IllegalArgumentException when it is neither
    static List<JwtKey> keys(byte[] json, List<JwtAlgorithm> algorithms) {
        Map<String, Object> object;
        try {
            object = Json.object(json);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("no JSON object", e);
        }
        if (!object.containsKey("keys")) {
            return keys(List.of(object), algorithms);
        }
        if (!(object.get("keys") instanceof List<?> listed) || listed.size() > MOST_KEYS) {
            throw new IllegalArgumentException("keys is no list of at most " + MOST_KEYS + " keys");
        }
        return keys(listed, algorithms);
    }

    private static List<JwtKey> keys(List<?> listed, List<JwtAlgorithm> algorithms) {
        List<JwtKey> keys = new ArrayList<>();
        for (Object each : listed) {
            try {
                JwtKey key = JwtKey.of(JWK.parse(object(each)), algorithms);
                if (key != null) {
                    keys.add(key);
                }
            } catch (ParseException
                    | JOSEException
                    | GeneralSecurityException
                    | IllegalArgumentException e) {
                LOG.debug("a JWK is left out", e);
            }
        }
        return keys;
    }

    @SuppressWarnings("unchecked") // JSON's own keys are text
    private static Map<String, Object> object(Object value) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new IllegalArgumentException("a key is no object");
    }

    private static List<JwtKey> pem(String text, List<JwtAlgorithm> algorithms) {
        List<JwtKey> keys = new ArrayList<>();
        for (Pem block : Pem.blocks(text)) {
            try {
                PublicKey key =
                        switch (block.label()) {
                            case "PUBLIC KEY" -> publicKey(block.content());
                            case "CERTIFICATE" ->
                                    CertificateFactory.getInstance("X.509")
                                            .generateCertificate(
                                                    new ByteArrayInputStream(block.content()))
                                            .getPublicKey();
                            default ->
                                    throw new IllegalArgumentException(
                                            "jwt public key: the file has a block "
                                                    + block.label()
                                                    + ", which is none");
                        };
                JwtKey usable = JwtKey.of(key, algorithms);
                if (usable != null) {
                    keys.add(usable);
                }
            } catch (GeneralSecurityException e) {
                throw new IllegalArgumentException("jwt public key: cannot be read", e);
            }
        }
        return keys;
    }

    private static PublicKey publicKey(byte[] content) throws GeneralSecurityException {
        GeneralSecurityException last = new GeneralSecurityException("no kind of key");
        for (String kind : List.of("RSA", "EC", "Ed25519")) {
            try {
                return KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(content));
            } catch (GeneralSecurityException e) {
                last = e;
            }
        }
        throw last;
    }
}

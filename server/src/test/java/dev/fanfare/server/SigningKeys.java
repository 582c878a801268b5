// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;

/// An issuer of tokens, by the JDK alone: it shares no code with what verifies them.
record SigningKeys(KeyPair pair) {
    static SigningKeys make(String algorithm) {
        try {
            KeyPairGenerator generator =
                    KeyPairGenerator.getInstance(
                            switch (algorithm.substring(0, 2)) {
                                case "RS", "PS" -> "RSA";
                                case "ES" -> "EC";
                                default -> "Ed25519";
                            });
            switch (algorithm) {
                case "ES256" -> generator.initialize(new ECGenParameterSpec("secp256r1"));
                case "ES384" -> generator.initialize(new ECGenParameterSpec("secp384r1"));
                case "EdDSA" -> {}
                default -> generator.initialize(2_048);
            }
            return new SigningKeys(generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    String token(String header, String claims) {
        String algorithm = header.replaceFirst(".*\"alg\":\"([^\"]*)\".*", "$1");
        return token(algorithm, header, claims);
    }

    /// @param algorithm that it is really signed by
    String token(String algorithm, String header, String claims) {
        String signed = base64(header) + "." + base64(claims);
        return signed + "." + base64(sign(algorithm, signed));
    }

    private byte[] sign(String algorithm, String text) {
        try {
            String bits = algorithm.substring(2);
            Signature signature =
                    Signature.getInstance(
                            switch (algorithm.substring(0, 2)) {
                                case "RS" -> "SHA" + bits + "withRSA";
                                case "PS" -> "RSASSA-PSS";
                                case "ES" -> "SHA" + bits + "withECDSAinP1363Format";
                                default -> "Ed25519";
                            });
            if (algorithm.startsWith("PS")) {
                signature.setParameter(
                        new PSSParameterSpec(
                                "SHA-" + bits,
                                "MGF1",
                                new MGF1ParameterSpec("SHA-" + bits),
                                Integer.parseInt(bits) / 8,
                                1));
            }
            signature.initSign(pair.getPrivate());
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    String pem() {
        return TestCertificate.pem("PUBLIC KEY", pair.getPublic().getEncoded());
    }

    /// The public key as a JWK.
    ///
    /// @param more parameters, as in `,"kid":"a"`
    String jwk(String more) {
        return "{" + parameters() + more + "}";
    }

    private String parameters() {
        return switch (pair.getPublic()) {
            case RSAPublicKey rsa ->
                    "\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\""
                            .formatted(
                                    number(rsa.getModulus(), 256),
                                    number(rsa.getPublicExponent(), 3));
            case ECPublicKey ec -> {
                int bytes = ec.getParams().getCurve().getField().getFieldSize() / 8;
                yield "\"kty\":\"EC\",\"crv\":\"P-%d\",\"x\":\"%s\",\"y\":\"%s\""
                        .formatted(
                                bytes * 8,
                                number(ec.getW().getAffineX(), bytes),
                                number(ec.getW().getAffineY(), bytes));
            }
            default -> {
                byte[] encoded = pair.getPublic().getEncoded();
                yield "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\""
                        .formatted(
                                base64(
                                        Arrays.copyOfRange(
                                                encoded, encoded.length - 32, encoded.length)));
            }
        };
    }

    private static String number(BigInteger number, int bytes) {
        byte[] all = number.toByteArray();
        byte[] exact = new byte[bytes];
        int count = Math.min(bytes, all.length);
        System.arraycopy(all, all.length - count, exact, bytes - count, count);
        return base64(exact);
    }

    static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}

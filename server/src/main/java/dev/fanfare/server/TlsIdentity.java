// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// A private key and the certificates for it, which have been seen to belong together and to be
/// valid now.
record TlsIdentity(PrivateKey key, List<X509Certificate> chain) {
    /// @param chain PEM, as in `files`
    /// @param key PEM, as in `files`
    /// @param files where both come from, for messages
    /// @throws IllegalArgumentException names the file, and says what to do
    static TlsIdentity of(byte[] chain, byte[] key, Tls files, Instant now) {
        List<X509Certificate> certificates = certificates(text(chain), files.certificate());
        X509Certificate own = certificates.getFirst();
        if (now.isAfter(own.getNotAfter().toInstant())) {
            throw wrong(
                    "certificate",
                    files.certificate(),
                    "expired at " + own.getNotAfter().toInstant());
        }
        if (now.isBefore(own.getNotBefore().toInstant())) {
            throw wrong(
                    "certificate",
                    files.certificate(),
                    "is not valid before " + own.getNotBefore().toInstant());
        }
        PrivateKey privateKey = key(text(key), own.getPublicKey(), files.key());
        if (!belong(privateKey, own.getPublicKey())) {
            throw wrong(
                    "key",
                    files.key(),
                    "is not the key of the certificate in " + files.certificate());
        }
        return new TlsIdentity(privateKey, certificates);
    }

    private static List<X509Certificate> certificates(String pem, Path file) {
        List<X509Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Pem block : Pem.blocks(pem)) {
                if (block.label().equals("CERTIFICATE")) {
                    found.add(
                            (X509Certificate)
                                    factory.generateCertificate(
                                            new ByteArrayInputStream(block.content())));
                }
            }
        } catch (CertificateException e) {
            throw wrong("certificate", file, "cannot be read: " + e.getMessage());
        }
        if (found.isEmpty()) {
            throw wrong("certificate", file, "has no CERTIFICATE block of PEM");
        }
        return found;
    }

    private static PrivateKey key(String pem, PublicKey other, Path file) {
        for (Pem block : Pem.blocks(pem)) {
            switch (block.label()) {
                case "PRIVATE KEY" -> {
                    return key(block.content(), other.getAlgorithm(), file);
                }
                case "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY" ->
                        throw wrong(
                                "key",
                                file,
                                "is "
                                        + block.label()
                                        + ", and must be unencrypted PKCS#8: make it so with"
                                        + " `openssl pkcs8 -topk8 -nocrypt -in "
                                        + file
                                        + "`");
                default -> {}
            }
        }
        throw wrong("key", file, "has no PRIVATE KEY block of PEM");
    }

    private static PrivateKey key(byte[] pkcs8, String algorithm, Path file) {
        try {
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException _) {
            throw wrong("key", file, "is no " + algorithm + " key, as the certificate's is");
        }
    }

    /// What the one signs, the other verifies.
    private static boolean belong(PrivateKey key, PublicKey certified) {
        String algorithm =
                switch (certified.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> certified.getAlgorithm();
                };
        byte[] said = {1, 2, 3};
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(said);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(said);
            return signature.verify(signed);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private static String text(byte[] file) {
        return new String(file, StandardCharsets.ISO_8859_1);
    }

    private static IllegalArgumentException wrong(String what, Path file, String problem) {
        return new IllegalArgumentException("tls " + what + ": " + file + " " + problem);
    }
}

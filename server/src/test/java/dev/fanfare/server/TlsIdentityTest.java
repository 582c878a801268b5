// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsIdentityTest {
    private static final Tls FILES = Tls.of(Path.of("chain.pem"), Path.of("key.pem"));

    @TempDir static Path folder;
    static TestCertificate rsa;
    static TestCertificate ec;

    @BeforeAll
    static void make() throws Exception {
        rsa = TestCertificate.make(folder, "-keyalg", "RSA", "-keysize", "2048");
        ec = TestCertificate.make(folder, "-keyalg", "EC", "-groupname", "secp256r1");
    }

    @Test
    void takesAKeyWithItsCertificateWhateverStandsAround() throws Exception {
        for (TestCertificate each : new TestCertificate[] {rsa, ec}) {
            String chain = "subject=CN = x\n" + certificate(each) + "\r\n" + certificate(rsa);
            TlsIdentity read = read(chain, "Bag Attributes\n" + key(each), Instant.now());

            assertThat(read.key()).isEqualTo(each.key());
            assertThat(read.chain()).containsExactly(each.certificate(), rsa.certificate());
        }
    }

    @Test
    void refusesWhatDoesNotBelongTogether() throws Exception {
        TestCertificate other =
                TestCertificate.make(folder, "-keyalg", "EC", "-groupname", "secp256r1");

        assertRefused(
                certificate(rsa),
                key(ec),
                "tls key: key.pem is no RSA key, as the certificate's is");
        assertRefused(
                certificate(ec),
                key(other),
                "tls key: key.pem is not the key of the certificate in chain.pem");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"})
    void saysHowToTurnAnotherFormOfKeyIntoPkcs8(String form) throws Exception {
        assertRefused(
                certificate(rsa),
                key(rsa).replace("PRIVATE KEY", form),
                "tls key: key.pem is "
                        + form
                        + ", and must be unencrypted PKCS#8: make it so with `openssl pkcs8 -topk8"
                        + " -nocrypt -in key.pem`");
    }

    @Test
    void refusesWhatIsNoCertificateOrNoKey() throws Exception {
        assertRefused("", key(rsa), "tls certificate: chain.pem has no CERTIFICATE block of PEM");
        assertRefused(certificate(rsa), "", "tls key: key.pem has no PRIVATE KEY block of PEM");
        assertRefused(
                certificate(rsa),
                TestCertificate.pem("PRIVATE KEY", new byte[40]),
                "tls key: key.pem is no RSA key, as the certificate's is");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        read(
                                TestCertificate.pem("CERTIFICATE", new byte[40]),
                                key(rsa),
                                Instant.now()))
                .withMessageStartingWith("tls certificate: chain.pem cannot be read: ");
    }

    @Test
    void refusesWhatIsNotValidNow() throws Exception {
        Instant after = rsa.certificate().getNotAfter().toInstant();
        Instant before = rsa.certificate().getNotBefore().toInstant();

        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> read(certificate(rsa), key(rsa), after.plus(Duration.ofSeconds(1))))
                .withMessage("tls certificate: chain.pem expired at " + after);
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> read(certificate(rsa), key(rsa), before.minus(Duration.ofDays(1))))
                .withMessage("tls certificate: chain.pem is not valid before " + before);
    }

    private static void assertRefused(String chain, String key, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(chain, key, Instant.now()))
                .withMessage(message);
    }

    private static TlsIdentity read(String chain, String key, Instant now) {
        return TlsIdentity.of(
                chain.getBytes(StandardCharsets.US_ASCII),
                key.getBytes(StandardCharsets.US_ASCII),
                FILES,
                now);
    }

    private static String certificate(TestCertificate of) throws CertificateEncodingException {
        return TestCertificate.pem("CERTIFICATE", of.certificate().getEncoded());
    }

    private static String key(TestCertificate of) {
        return TestCertificate.pem("PRIVATE KEY", of.key().getEncoded());
    }
}

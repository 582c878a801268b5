// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fanfare.cli.config.Config;
import dev.fanfare.cli.config.InvalidConfiguration;
import dev.fanfare.cli.config.Sources;
import dev.fanfare.server.JwtAlgorithm;
import dev.fanfare.server.JwtKeys;
import dev.fanfare.server.JwtPolicy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whose tokens are taken, as the configuration has it.
class AssemblyTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    @Test
    void takesAnIssuersKeysFromAUrl() {
        JwtPolicy policy =
                policy(
                        Map.of(
                                "auth.jwks-url", "https://issuer.example/keys",
                                "auth.algorithms", "ES256, EdDSA",
                                "auth.audience", "live",
                                "auth.user-claim", "email"));

        assertThat(policy.keys())
                .isEqualTo(
                        JwtKeys.jwks(URI.create("https://issuer.example/keys"))
                                .algorithms(List.of(JwtAlgorithm.ES256, JwtAlgorithm.EDDSA)));
        assertThat(policy.audience()).isEqualTo("live");
        assertThat(policy.userClaim()).isEqualTo("email");
    }

    @Test
    void takesPublicKeysFromAFile(@TempDir Path folder)
            throws IOException, NoSuchAlgorithmException {
        byte[] key =
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic().getEncoded();
        String pem =
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getEncoder().encodeToString(key)
                        + "\n-----END PUBLIC KEY-----\n";
        Path file = Files.writeString(folder.resolve("key.pem"), pem);

        assertThat(policy(Map.of("auth.public-key", file.toString())).keys())
                .isEqualTo(JwtKeys.publicKeys(pem));
    }

    @Test
    void takesASecretAndNoAlgorithmBesides() {
        assertThat(policy(Map.of("auth.secret", SECRET))).isEqualTo(JwtPolicy.of(SECRET));
    }

    @ParameterizedTest(name = "{0} and {2}")
    @CsvSource({
        "auth.secret, 0123456789abcdef0123456789abcdef, auth.jwks-url, https://issuer.example/k",
        "auth.secret, 0123456789abcdef0123456789abcdef, auth.public-key, key.pem",
        "auth.public-key, key.pem, auth.jwks-url, https://issuer.example/k",
        "auth.secret, 0123456789abcdef0123456789abcdef, auth.algorithms, RS256",
    })
    void refusesTwoAnswersToOneQuestion(String one, String is, String other, String isToo) {
        assertThatExceptionOfType(InvalidConfiguration.class)
                .isThrownBy(() -> policy(Map.of(one, is, other, isToo)))
                .withMessageStartingWith(one + " and " + other + " are set");
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(
            textBlock =
                    """
                    auth.jwks-url,   http://issuer.example/keys, must be https
                    auth.jwks-url,   ':',                        'auth.jwks-url: '
                    auth.public-key, nowhere.pem,                nowhere.pem cannot be read
                    auth.secret,     short,                      'has 5 bytes, and needs 32'
                    """)
    void saysWhatIsWrongWithASetting(String setting, String value, String message) {
        assertThatExceptionOfType(InvalidConfiguration.class)
                .isThrownBy(() -> policy(Map.of(setting, value)))
                .withMessageContaining(setting)
                .withMessageContaining(message);
    }

    @Test
    void namesTheAlgorithmsThereAre() {
        Map<String, String> settings =
                Map.of("auth.jwks-url", "https://issuer.example/k", "auth.algorithms", "HS256");

        assertThatExceptionOfType(InvalidConfiguration.class)
                .isThrownBy(() -> policy(settings))
                .withMessageContaining("'HS256'")
                .withMessageContaining("RS256")
                .withMessageContaining("EdDSA");
    }

    private static JwtPolicy policy(Map<String, String> settings) {
        Config config = new Sources(null, Map.of(), settings).load();
        return Assembly.policy(config.auth());
    }
}

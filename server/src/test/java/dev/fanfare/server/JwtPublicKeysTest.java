// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.fanfare.core.Authenticator.Outcome;
import dev.fanfare.core.Credentials;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Refusal;
import dev.fanfare.testkit.ManualClock;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwtPublicKeysTest {
    private static final long NOW = 1_800_000_000;
    private static final SigningKeys RSA = SigningKeys.make("RS256");
    private static final SigningKeys P256 = SigningKeys.make("ES256");
    private static final SigningKeys P384 = SigningKeys.make("ES384");
    private static final SigningKeys ED25519 = SigningKeys.make("EdDSA");
    private static final SigningKeys OTHER = SigningKeys.make("RS256");
    private static final String CLAIMS = claims("\"exp\":" + (NOW + 60));
    private static final String SET =
            "{\"keys\":["
                    + String.join(
                            ",",
                            RSA.jwk(",\"kid\":\"r\",\"use\":\"sig\",\"alg\":\"RS256\""),
                            P256.jwk(",\"kid\":\"e\""),
                            ED25519.jwk(",\"kid\":\"d\",\"key_ops\":[\"verify\"]"),
                            OTHER.jwk(",\"kid\":\"encrypts\",\"use\":\"enc\""),
                            OTHER.jwk(",\"kid\":\"wraps\",\"key_ops\":[\"wrapKey\"]"),
                            OTHER.jwk(",\"kid\":\"strange\",\"alg\":\"RSA-OAEP\""),
                            "{\"kty\":\"oct\",\"kid\":\"secret\",\"k\":\"AAAA\"}",
                            "{\"kty\":\"new\",\"kid\":\"new\"}",
                            "7")
                    + "]}";

    private final ManualClock clock = new ManualClock();

    @BeforeEach
    void setTheClock() {
        clock.advance(Duration.ofMillis(NOW * 1_000 - clock.millis()));
    }

    private static SigningKeys keys(JwtAlgorithm algorithm) {
        return switch (algorithm.kind()) {
            case "RSA" -> RSA;
            case "P-256" -> P256;
            case "P-384" -> P384;
            default -> ED25519;
        };
    }

    @ParameterizedTest
    @EnumSource
    void verifiesEachAlgorithmByPemAndByJwk(JwtAlgorithm algorithm) {
        SigningKeys signer = keys(algorithm);
        String alg = algorithm.written();
        SigningKeys stranger = signer == RSA ? OTHER : SigningKeys.make(alg);
        String token = signer.token("{\"alg\":\"" + alg + "\"}", CLAIMS);
        for (String text :
                List.of(
                        signer.pem(),
                        signer.jwk(""),
                        "{\"keys\":[" + signer.jwk(",\"alg\":\"" + alg + "\"") + "]}")) {
            JwtKeys keys = JwtKeys.publicKeys(text).algorithms(List.of(algorithm));
            JwtAuthenticator authenticator = authenticator(keys);

            assertThat(judge(authenticator, token)).isInstanceOf(Outcome.Accepted.class);
            assertThat(judge(authenticator, token)).isInstanceOf(Outcome.Accepted.class);
            assertInvalid(judge(authenticator, token.replace(base64(CLAIMS), base64(timed(70)))));
            assertInvalid(
                    judge(authenticator, stranger.token("{\"alg\":\"" + alg + "\"}", CLAIMS)));
        }
    }

    @Test
    void takesTheKeyOfACertificate(@TempDir Path folder) throws Exception {
        TestCertificate made =
                TestCertificate.make(folder, "-keyalg", "EC", "-groupname", "secp256r1");
        SigningKeys signer =
                new SigningKeys(new KeyPair(made.certificate().getPublicKey(), made.key()));
        String pem = TestCertificate.pem("CERTIFICATE", made.certificate().getEncoded());

        assertThat(
                        judge(
                                authenticator(JwtKeys.publicKeys(pem)),
                                signer.token("{\"alg\":\"ES256\"}", CLAIMS)))
                .isInstanceOf(Outcome.Accepted.class);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("good")
    void takes(String what, String token) {
        assertThat(judge(authenticator(JwtKeys.publicKeys(SET)), token))
                .as(what)
                .isInstanceOfSatisfying(
                        Outcome.Accepted.class,
                        accepted ->
                                assertThat(accepted.principal())
                                        .extracting(Principal::user)
                                        .isEqualTo("ada"));
    }

    static Stream<Arguments> good() {
        return Stream.of(
                row("RS256 by name", RSA.token(header("RS256", "r"), CLAIMS)),
                row("ES256 by name", P256.token(header("ES256", "e"), CLAIMS)),
                row("EdDSA by name", ED25519.token(header("EdDSA", "d"), CLAIMS)),
                row("without a name", P256.token("{\"alg\":\"ES256\"}", CLAIMS)),
                row(
                        "an access token as RFC 9068 calls it",
                        RSA.token("{\"alg\":\"RS256\",\"typ\":\"at+jwt\"}", CLAIMS)),
                row(
                        "a certificate's thumbprint, which says nothing",
                        RSA.token("{\"alg\":\"RS256\",\"x5t\":\"AAAA\"}", CLAIMS)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void refusesWithOneConstantAnswer(String what, String token) {
        Outcome outcome = judge(authenticator(JwtKeys.publicKeys(SET)), token);

        assertThat(outcome).as(what).isInstanceOf(Outcome.Rejected.class);
        assertInvalid(outcome);
    }

    static Stream<Arguments> bad() {
        String none = base64("{\"alg\":\"none\"}") + "." + base64(CLAIMS) + ".";
        String good = RSA.token(header("RS256", "r"), CLAIMS);
        return Stream.of(
                row("alg none, unsigned", none),
                row("alg none with a signature", none + good.substring(good.lastIndexOf('.') + 1)),
                row("alg None", RSA.token("RS256", "{\"alg\":\"None\"}", CLAIMS)),
                row("alg nOnE", RSA.token("RS256", "{\"alg\":\"nOnE\"}", CLAIMS)),
                row("alg missing", RSA.token("RS256", "{\"kid\":\"r\"}", CLAIMS)),
                row("alg a list", RSA.token("RS256", "{\"alg\":[\"RS256\"]}", CLAIMS)),
                row("HS256 signed with the PEM", hmac(RSA.pem())),
                row("HS256 signed with the PEM's line", hmac(RSA.pem().strip())),
                row("HS256 signed with DER", hmac(RSA.pair().getPublic().getEncoded())),
                row("HS256 signed with the JWK", hmac(RSA.jwk(""))),
                row("PS256 by a key for RS256", RSA.token(header("PS256", "r"), CLAIMS)),
                row("RS512 by a key for RS256", RSA.token(header("RS512", "r"), CLAIMS)),
                row("RS256 as ES256", RSA.token("RS256", header("ES256", "e"), CLAIMS)),
                row("ES256 of zeros", unsigned("ES256", new byte[64])),
                row("ES256 of nothing", unsigned("ES256", new byte[1])),
                row("ES256 in DER", unsigned("ES256", new byte[70])),
                row("EdDSA of zeros", unsigned("EdDSA", new byte[64])),
                row("RS256 of zeros", unsigned("RS256", new byte[256])),
                row("another's key, our name", OTHER.token(header("RS256", "r"), CLAIMS)),
                row("the key of another purpose", OTHER.token(header("RS256", "encrypts"), CLAIMS)),
                row("the key of another use", OTHER.token(header("RS256", "wraps"), CLAIMS)),
                row(
                        "the key of another algorithm",
                        OTHER.token(header("RS256", "strange"), CLAIMS)),
                row("HS256 by a secret in the set", hmac(new byte[] {0, 0, 0}, "secret")),
                row("an unknown kid", RSA.token(header("RS256", "x"), CLAIMS)),
                row("a path as kid", RSA.token(header("RS256", "../../dev/null"), CLAIMS)),
                row("SQL as kid", RSA.token(header("RS256", "' OR 1=1 --"), CLAIMS)),
                row("a URL as kid", RSA.token(header("RS256", "http://evil.example/k"), CLAIMS)),
                row("an empty kid", RSA.token(header("RS256", ""), CLAIMS)),
                row("a long kid", RSA.token(header("RS256", "r".repeat(129)), CLAIMS)),
                row("kid a number", RSA.token("{\"alg\":\"RS256\",\"kid\":7}", CLAIMS)),
                row("an embedded jwk", with("\"jwk\":" + OTHER.jwk(""))),
                row("a jku", with("\"jku\":\"https://evil.example/k\"")),
                row("an x5u", with("\"x5u\":\"https://evil.example/k\"")),
                row("an x5c", with("\"x5c\":[\"AAAA\"]")),
                row("an unknown crit", with("\"crit\":[\"x\"],\"x\":1")),
                row("an unencoded payload", with("\"b64\":false")),
                row("a nested token", with("\"cty\":\"JWT\",\"typ\":\"JWE\"")),
                row("a header over 2 KB", with("\"x\":\"" + "x".repeat(2_048) + "\"")),
                row(
                        "a token over 8 KB",
                        RSA.token(
                                header("RS256", "r"),
                                claims("\"exp\":9999999999,\"x\":\"" + "x".repeat(8_192) + "\""))),
                row("padding", good + "="),
                row("a newline", good + "\n"),
                row("four segments", good + ".AAAA"),
                row("exp missing", RSA.token(header("RS256", "r"), claims("\"iat\":1"))),
                row("aud of somebody else", another("live", "else")),
                row("iss of somebody else", another("\"us\"", "\"them\"")));
    }

    @Test
    void aKeyThatDoesNotSayWhatItIsForIsForTheFirstThatFits() {
        JwtKeys keys =
                JwtKeys.publicKeys(RSA.jwk(""))
                        .algorithms(List.of(JwtAlgorithm.PS256, JwtAlgorithm.RS256));
        JwtAuthenticator authenticator = authenticator(keys);

        assertThat(judge(authenticator, RSA.token("{\"alg\":\"PS256\"}", CLAIMS)))
                .isInstanceOf(Outcome.Accepted.class);
        assertInvalid(judge(authenticator, RSA.token("{\"alg\":\"RS256\"}", CLAIMS)));
    }

    @Test
    void twoKeysInOneFileMayBothSign() {
        JwtAuthenticator authenticator = authenticator(JwtKeys.publicKeys(RSA.pem() + OTHER.pem()));

        for (SigningKeys each : List.of(RSA, OTHER)) {
            assertThat(judge(authenticator, each.token(header("RS256", "any"), CLAIMS)))
                    .isInstanceOf(Outcome.Accepted.class);
        }
    }

    @Test
    void aTokenThatIsRememberedExpiresAsEver() {
        JwtAuthenticator authenticator = authenticator(JwtKeys.publicKeys(SET));
        String token = RSA.token(header("RS256", "r"), CLAIMS);
        assertThat(judge(authenticator, token)).isInstanceOf(Outcome.Accepted.class);

        clock.advance(Duration.ofSeconds(60));

        assertThat(judge(authenticator, token))
                .isInstanceOfSatisfying(
                        Outcome.Rejected.class,
                        rejected ->
                                assertThat(rejected.refusal().code())
                                        .isEqualTo(Refusal.Code.TOKEN_EXPIRED));
    }

    @Test
    void theUserMayBeInAnotherClaim() {
        JwtPolicy policy = JwtPolicy.of(JwtKeys.publicKeys(SET)).userClaim("email");
        String claims = "{\"sub\":\"7\",\"email\":\"ada@example.com\",\"exp\":9999999999}";

        assertThat(
                        judge(
                                new JwtAuthenticator(policy, clock),
                                RSA.token(header("RS256", "r"), claims)))
                .isInstanceOfSatisfying(
                        Outcome.Accepted.class,
                        accepted ->
                                assertThat(accepted.principal())
                                        .extracting(Principal::user)
                                        .isEqualTo("ada@example.com"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "{}", "{\"keys\":7}", "{\"keys\":[]}", "{"})
    void doesNotStartWithoutAKey(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> authenticator(JwtKeys.publicKeys(text)));
    }

    @Test
    void refusesKeysThatAreTooShortOrPrivate() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1_024);
        SigningKeys weak = new SigningKeys(generator.generateKeyPair());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> authenticator(JwtKeys.publicKeys(weak.pem())))
                .withMessageContaining("2048");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        authenticator(
                                JwtKeys.publicKeys(
                                        TestCertificate.pem("PRIVATE KEY", new byte[9]))))
                .withMessageContaining("PRIVATE KEY");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://issuer.example/keys",
                "https://user:password@issuer.example/keys",
                "file:///etc/keys",
                "https:",
                "http://127.0.0.1.evil.example/keys",
                "keys"
            })
    void asksOnlyByHttpsOrItsOwnMachine(String url) {
        assertThatIllegalArgumentException().isThrownBy(() -> JwtKeys.jwks(URI.create(url)));
    }

    @Test
    void publicKeysCannotIssueTokens() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Tokens(JwtPolicy.of(JwtKeys.publicKeys(SET)), clock));
        assertThat(
                        new Tokens(JwtPolicy.of("x".repeat(32)), clock)
                                .issue("ada", Duration.ofHours(1), Map.of()))
                .isNotEmpty();
    }

    private JwtAuthenticator authenticator(JwtKeys keys) {
        return new JwtAuthenticator(JwtPolicy.of(keys).issuer("us").audience("live"), clock);
    }

    private static Outcome judge(JwtAuthenticator authenticator, String token) {
        return authenticator.authenticate(Credentials.NONE.token(token));
    }

    private static void assertInvalid(Outcome outcome) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Rejected.class,
                        rejected -> {
                            assertThat(rejected.refusal().code())
                                    .isEqualTo(Refusal.Code.INVALID_TOKEN);
                            assertThat(rejected.refusal().message())
                                    .isEqualTo("The token is not valid.");
                            assertThat(rejected.close().code()).isEqualTo(4501);
                        });
    }

    private static Arguments row(String what, String token) {
        return Arguments.of(what, token);
    }

    private static String header(String alg, String kid) {
        return "{\"alg\":\"" + alg + "\",\"kid\":\"" + kid + "\"}";
    }

    private static String with(String more) {
        return RSA.token("{\"alg\":\"RS256\",\"kid\":\"r\"," + more + "}", CLAIMS);
    }

    private static String another(String what, String by) {
        return RSA.token(header("RS256", "r"), CLAIMS.replace(what, by));
    }

    private static String unsigned(String alg, byte[] signature) {
        return base64("{\"alg\":\"" + alg + "\"}")
                + "."
                + base64(CLAIMS)
                + "."
                + SigningKeys.base64(signature);
    }

    private static String hmac(String secret) {
        return hmac(secret.getBytes(StandardCharsets.UTF_8));
    }

    private static String hmac(byte[] secret) {
        return hmac(secret, "r");
    }

    private static String hmac(byte[] secret, String kid) {
        String signed = base64(header("HS256", kid)) + "." + base64(CLAIMS);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return signed
                    + "."
                    + SigningKeys.base64(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String claims(String more) {
        return "{\"sub\":\"ada\",\"iss\":\"us\",\"aud\":\"live\"," + more + "}";
    }

    private static String timed(long seconds) {
        return claims("\"exp\":" + (NOW + seconds));
    }

    private static String base64(String text) {
        return SigningKeys.base64(text);
    }
}

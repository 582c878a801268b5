// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.fanfare.core.Authenticator.Outcome;
import dev.fanfare.core.Credentials;
import dev.fanfare.core.Refusal;
import dev.fanfare.testkit.ManualClock;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class JwtAuthenticatorTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final long NOW = 1_800_000_000;
    private static final String HEADER = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    private static final String CLAIMS = claims("\"exp\":" + (NOW + 60));

    private final ManualClock clock = new ManualClock();
    private final JwtAuthenticator authenticator =
            new JwtAuthenticator(JwtPolicy.of(SECRET).issuer("us").audience("live"), clock);

    @BeforeEach
    void setTheClock() {
        clock.advance(Duration.ofMillis(NOW * 1_000 - clock.millis()));
    }

    @Test
    void takesATokenThatItsOwnPolicyIssued() {
        JwtPolicy policy = JwtPolicy.of(SECRET).issuer("us").audience("live");
        String token =
                new Tokens(policy, clock).issue("ada", Duration.ofHours(1), Map.of("role", "x"));

        assertThat(judge(token))
                .isInstanceOfSatisfying(
                        Outcome.Accepted.class,
                        accepted -> {
                            assertThat(accepted.principal()).isNotNull();
                            assertThat(accepted.principal().user()).isEqualTo("ada");
                            assertThat(accepted.principal().expiresAt())
                                    .isEqualTo((NOW + 3_600) * 1_000);
                            assertThat(accepted.principal().claims()).containsEntry("role", "x");
                        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("good")
    void takes(String what, String token) {
        assertThat(judge(token)).as(what).isInstanceOf(Outcome.Accepted.class);
    }

    static Stream<Arguments> good() {
        return Stream.of(
                row("the plain case", token(HEADER, CLAIMS)),
                row("no typ", token("{\"alg\":\"HS256\"}", CLAIMS)),
                row("a key id that is a name", token(header("\"kid\":\"k-1\""), CLAIMS)),
                row("nbf 30 s ahead", token(HEADER, timed("nbf", NOW + 30))),
                row("iat 90 s ahead", token(HEADER, timed("iat", NOW + 90))),
                row("iat a day ahead", token(HEADER, timed("iat", NOW + 86_400))),
                row("exp with a fraction", token(HEADER, claims("\"exp\":" + (NOW + 60) + ".5"))),
                row(
                        "one audience of several",
                        token(HEADER, CLAIMS.replace("\"live\"", "[\"other\",\"live\"]"))));
    }

    @ParameterizedTest
    @CsvSource({"31, 1000", "90, 60000", "100, 60000", "86400, 60000"})
    void aTokenThatIsNotValidYetMayComeBackWhenItIs(long ahead, long retryAfter) {
        assertThat(judge(token(HEADER, timed("nbf", NOW + ahead))))
                .isInstanceOfSatisfying(
                        Outcome.Rejected.class,
                        rejected -> {
                            assertThat(rejected.refusal().code())
                                    .isEqualTo(Refusal.Code.INVALID_TOKEN);
                            assertThat(rejected.refusal().retryAfter()).isEqualTo(retryAfter);
                            assertThat(rejected.close().code()).isEqualTo(1013);
                            assertThat(rejected.close().reconnect()).isTrue();
                            assertThat(rejected.close().retryAfter()).isEqualTo(retryAfter);
                        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void refusesWithOneConstantAnswer(String what, String token) {
        assertThat(judge(token))
                .as(what)
                .isInstanceOfSatisfying(
                        Outcome.Rejected.class,
                        rejected -> {
                            assertThat(rejected.refusal().code())
                                    .isEqualTo(Refusal.Code.INVALID_TOKEN);
                            assertThat(rejected.refusal().message())
                                    .isEqualTo("The token is not valid.");
                            assertThat(rejected.close().code()).isEqualTo(4501);
                            assertThat(rejected.reason())
                                    .doesNotContain(token.substring(0, 1) + ".");
                        });
    }

    static Stream<Arguments> bad() {
        String good = token(HEADER, CLAIMS);
        String none = base64("{\"alg\":\"none\"}") + "." + base64(CLAIMS);
        return Stream.of(
                row("no token at all", "x"),
                row("alg none, unsigned", none + "."),
                row("alg none, any signature", none + ".AAAA"),
                row("alg None", token("{\"alg\":\"None\"}", CLAIMS)),
                row("alg nOnE", token("{\"alg\":\"nOnE\"}", CLAIMS)),
                row("another HMAC", token("{\"alg\":\"HS512\"}", CLAIMS)),
                row("a public key's algorithm", token("{\"alg\":\"RS256\"}", CLAIMS)),
                row("ES256 with a signature of zeros", es256OfZeros()),
                row("alg missing", token("{\"typ\":\"JWT\"}", CLAIMS)),
                row("alg twice", token("{\"alg\":\"none\",\"alg\":\"HS256\"}", CLAIMS)),
                row("another secret", sign(HEADER, CLAIMS, SECRET.replace('0', '1'))),
                row("claims exchanged", good.replace(base64(CLAIMS), base64(timed("nbf", 1)))),
                row("an unknown crit", token(header("\"crit\":[\"x\"],\"x\":1"), CLAIMS)),
                row(
                        "an embedded jwk",
                        token(header("\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}"), CLAIMS)),
                row("a jku", token(header("\"jku\":\"https://evil.example/k\""), CLAIMS)),
                row("an x5u", token(header("\"x5u\":\"https://evil.example/k\""), CLAIMS)),
                row(
                        "claims that are not UTF-8",
                        token(
                                HEADER,
                                CLAIMS.replace("ada", "\u00c3\u00a9\u00e9")
                                        .getBytes(StandardCharsets.ISO_8859_1))),
                row("claims in UTF-16", token(HEADER, CLAIMS.getBytes(StandardCharsets.UTF_16LE))),
                row(
                        "half a surrogate pair as user",
                        token(HEADER, CLAIMS.replace("ada", "\\ud83d"))),
                row(
                        "half a surrogate pair as a claim",
                        token(HEADER, claims("\"exp\":9999999999,\"name\":\"\\ude00\""))),
                row(
                        "half a surrogate pair in the header",
                        token(header("\"x\":\"\\ud83d\""), CLAIMS)),
                row("a path as kid", token(header("\"kid\":\"../../dev/null\""), CLAIMS)),
                row("SQL as kid", token(header("\"kid\":\"' OR 1=1 --\""), CLAIMS)),
                row("a nested token", token("{\"alg\":\"HS256\",\"typ\":\"JWE\"}", CLAIMS)),
                row("cty of a nested plain token", token(HEADER, none + ".")),
                row(
                        "a header over 2 KB",
                        token(header("\"x\":\"" + "x".repeat(2_048) + "\""), CLAIMS)),
                row(
                        "a token over 8 KB",
                        token(
                                HEADER,
                                claims("\"exp\":9999999999,\"x\":\"" + "x".repeat(8_192) + "\""))),
                row("four segments", good + ".AAAA"),
                row("two segments", good.substring(0, good.lastIndexOf('.'))),
                row("padding", good + "="),
                row("a newline", good + "\n"),
                row("a newline inside", good.replaceFirst("\\.", "\n.")),
                row("a claims list", token(HEADER, "[1]")),
                row("claims that are no JSON", token(HEADER, "{")),
                row("exp missing", token(HEADER, claims("\"iat\":1"))),
                row("exp a string", token(HEADER, claims("\"exp\":\"9999999999\""))),
                row("exp negative", token(HEADER, claims("\"exp\":-1"))),
                row("exp 1e300", token(HEADER, claims("\"exp\":1e300"))),
                row("exp null", token(HEADER, claims("\"exp\":null"))),
                row("exp twice", token(HEADER, claims("\"exp\":1,\"exp\":9999999999"))),
                row("exp in milliseconds", token(HEADER, claims("\"exp\":" + NOW + "000"))),
                row("iat a string", token(HEADER, claims("\"exp\":9999999999,\"iat\":\"1\""))),
                row("aud missing", token(HEADER, CLAIMS.replace("\"aud\"", "\"x\""))),
                row("aud of somebody else", token(HEADER, CLAIMS.replace("live", "else"))),
                row("iss missing", token(HEADER, CLAIMS.replace("\"iss\"", "\"x\""))),
                row("iss of somebody else", token(HEADER, CLAIMS.replace("\"us\"", "\"them\""))),
                row("sub missing", token(HEADER, CLAIMS.replace("\"sub\"", "\"x\""))),
                row("sub a number", token(HEADER, CLAIMS.replace("\"ada\"", "7"))),
                row("sub empty", token(HEADER, CLAIMS.replace("ada", ""))),
                row("sub a list", token(HEADER, CLAIMS.replace("\"ada\"", "[\"ada\"]"))));
    }

    @Test
    void saysThatATokenHasExpiredSoThatTheClientRefreshesIt() {
        assertThat(judge(token(HEADER, claims("\"exp\":" + NOW))))
                .isInstanceOfSatisfying(
                        Outcome.Rejected.class,
                        rejected -> {
                            assertThat(rejected.refusal().code())
                                    .isEqualTo(Refusal.Code.TOKEN_EXPIRED);
                            assertThat(rejected.close().code()).isEqualTo(4005);
                        });
    }

    @Test
    void doesNotSayThatAForgedTokenHasExpired() {
        String forged = sign(HEADER, claims("\"exp\":1"), SECRET.replace('0', '1'));

        assertThat(judge(forged))
                .isInstanceOfSatisfying(
                        Outcome.Rejected.class,
                        rejected ->
                                assertThat(rejected.refusal().code())
                                        .isEqualTo(Refusal.Code.INVALID_TOKEN));
    }

    @Test
    void refusesAnotherAlgorithmThatTheSecretWouldBeLongEnoughFor() {
        String secret = SECRET + SECRET;
        JwtAuthenticator longer = new JwtAuthenticator(JwtPolicy.of(secret), clock);

        assertThat(longer.authenticate(Credentials.NONE.token(sign(HEADER, CLAIMS, secret))))
                .isInstanceOf(Outcome.Accepted.class);
        assertThat(
                        longer.authenticate(
                                Credentials.NONE.token(
                                        sign("{\"alg\":\"HS512\"}", CLAIMS, secret, "HmacSHA512"))))
                .isInstanceOf(Outcome.Rejected.class);
    }

    @Test
    void takesATokenForEverWhereThePolicySaysSo() {
        JwtPolicy policy = JwtPolicy.of(SECRET).expiry(JwtPolicy.Expiry.OPTIONAL);
        String token = token(HEADER, claims("\"iat\":1"));

        assertThat(new JwtAuthenticator(policy, clock).authenticate(Credentials.NONE.token(token)))
                .isInstanceOf(Outcome.Accepted.class);
    }

    @Test
    void refusesASecretOfLessThan32Bytes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JwtPolicy.of(SECRET.substring(1)))
                .withMessageContaining("31")
                .withMessageContaining("32");
    }

    @Test
    void doesNotShowItsSecret() {
        assertThat(JwtPolicy.of(SECRET).toString()).doesNotContain(SECRET);
    }

    private Outcome judge(String token) {
        return authenticator.authenticate(Credentials.NONE.token(token));
    }

    private static Arguments row(String what, String token) {
        return Arguments.of(what, token);
    }

    private static String claims(String more) {
        return "{\"sub\":\"ada\",\"iss\":\"us\",\"aud\":\"live\"," + more + "}";
    }

    private static String timed(String claim, long seconds) {
        return claims("\"exp\":" + (NOW + 60) + ",\"" + claim + "\":" + seconds);
    }

    private static String header(String more) {
        return "{\"alg\":\"HS256\"," + more + "}";
    }

    private static String token(String header, String claims) {
        return sign(header, claims, SECRET);
    }

    private static String es256OfZeros() {
        return base64("{\"alg\":\"ES256\"}")
                + "."
                + base64(CLAIMS)
                + "."
                + Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[64]);
    }

    private static String sign(String header, String claims, String secret) {
        return sign(header, claims, secret, "HmacSHA256");
    }

    private static String sign(String header, String claims, String secret, String algorithm) {
        return signed(base64(header) + "." + base64(claims), secret, algorithm);
    }

    private static String signed(String signed, String secret, String algorithm) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), algorithm));
            byte[] signature = mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String token(String header, byte[] claims) {
        return signed(base64(header) + "." + base64(claims), SECRET, "HmacSHA256");
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}

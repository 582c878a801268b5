// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.sun.net.httpserver.HttpServer;
import dev.fanfare.core.Authenticator.Outcome;
import dev.fanfare.core.Close;
import dev.fanfare.core.Credentials;
import dev.fanfare.core.Refusal;
import dev.fanfare.testkit.ManualClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// An issuer that publishes its keys on a real server, which can be made to fail.
class JwksIT {
    private static final SigningKeys A = SigningKeys.make("ES256");
    private static final SigningKeys B = SigningKeys.make("RS256");

    private final ManualClock clock = new ManualClock();
    private final AtomicInteger fetches = new AtomicInteger();
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer issuer;
    private JwtAuthenticator authenticator;
    private volatile int status = 200;
    private volatile String published = set(A.jwk(",\"kid\":\"a\""));
    private volatile CountDownLatch held = new CountDownLatch(0);

    @BeforeEach
    void start() throws IOException {
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.setExecutor(workers);
        issuer.createContext(
                "/keys",
                exchange -> {
                    fetches.incrementAndGet();
                    try {
                        held.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    byte[] body = published.getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().add("Location", "/elsewhere");
                    exchange.sendResponseHeaders(status, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        issuer.start();
        URI url = URI.create("http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys");
        authenticator = new JwtAuthenticator(JwtPolicy.of(JwtKeys.jwks(url)), clock);
    }

    @AfterEach
    void stop() {
        held.countDown();
        issuer.stop(0);
        workers.shutdownNow();
    }

    @Test
    void fetchesOnceForEverybody() throws Exception {
        List<Future<Outcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            outcomes.add(workers.submit(() -> judge(A, "ES256", "a")));
        }

        for (Future<Outcome> outcome : outcomes) {
            assertThat(outcome.get()).isInstanceOf(Outcome.Accepted.class);
        }
        assertThat(fetches).hasValue(1);
    }

    @Test
    void takesAKeyThatIsNewAsSoonAsATokenNamesIt() throws Exception {
        assertAccepted(A, "ES256", "a");
        clock.advance(Duration.ofMillis(1));
        published = set(A.jwk(",\"kid\":\"a\""), B.jwk(",\"kid\":\"b\""));
        List<Future<Outcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            outcomes.add(workers.submit(() -> judge(B, "RS256", "b")));
        }

        for (Future<Outcome> outcome : outcomes) {
            assertThat(outcome.get()).isInstanceOf(Outcome.Accepted.class);
        }
        assertAccepted(A, "ES256", "a");
        assertThat(fetches).hasValue(2);
    }

    @Test
    void asksForAnUnknownKeyOnceInFiveSeconds() {
        assertAccepted(A, "ES256", "a");
        for (int i = 0; i < 100; i++) {
            assertRejected(B, "RS256", "unknown-" + i);
        }
        assertThat(fetches).hasValue(1);

        clock.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 100; i++) {
            assertRejected(B, "RS256", "unknown-" + i);
        }
        assertThat(fetches).hasValue(2);

        clock.advance(Duration.ofSeconds(4));
        assertUndecided(B, "RS256", "b");
        assertThat(fetches).hasValue(2);

        clock.advance(Duration.ofSeconds(1));
        published = set(B.jwk(",\"kid\":\"b\""));
        assertAccepted(B, "RS256", "b");
        assertThat(fetches).hasValue(3);
    }

    @Test
    void aMadeUpNameDoesNotLockOutANewKey() {
        assertAccepted(A, "ES256", "a");
        clock.advance(Duration.ofSeconds(1));
        assertRejected(B, "RS256", "made-up");

        clock.advance(Duration.ofSeconds(1));
        published = set(A.jwk(",\"kid\":\"a\""), B.jwk(",\"kid\":\"b\""));
        long retryAfter = assertUndecided(B, "RS256", "b");

        clock.advance(Duration.ofMillis(retryAfter));
        assertAccepted(B, "RS256", "b");
    }

    @Test
    void aNewKeyIsUndecidedWhileTheIssuerFails() {
        assertAccepted(A, "ES256", "a");
        clock.advance(Duration.ofSeconds(1));
        status = 500;
        long retryAfter = assertUndecided(B, "RS256", "b");
        assertAccepted(A, "ES256", "a");

        status = 200;
        published = set(A.jwk(",\"kid\":\"a\""), B.jwk(",\"kid\":\"b\""));
        clock.advance(Duration.ofMillis(retryAfter));
        assertAccepted(B, "RS256", "b");
    }

    @Test
    void aNewKeyWithoutANameIsFetchedWhenTheOldOneDidNotSign() {
        published = set(A.jwk(""));
        assertAccepted(A, "ES256", null);
        SigningKeys next = SigningKeys.make("ES256");
        published = set(next.jwk(""));
        clock.advance(Duration.ofSeconds(1));

        assertAccepted(next, "ES256", null);
        assertRejected(A, "ES256", null);
        clock.advance(Duration.ofSeconds(1));
        assertUndecided(A, "ES256", null);
    }

    @Test
    void aKeyThatIsNoLongerPublishedVouchesForNothing() {
        assertAccepted(A, "ES256", "a");
        String remembered = token(A, "ES256", "a");
        assertThat(judge(remembered)).isInstanceOf(Outcome.Accepted.class);
        published = set(B.jwk(",\"kid\":\"b\""));

        clock.advance(Duration.ofMinutes(5));
        assertAccepted(A, "ES256", "a");
        eventually(() -> assertThat(fetches).hasValue(2));

        eventually(() -> assertRejected(A, "ES256", "a"));
        assertThat(judge(remembered)).isInstanceOf(Outcome.Rejected.class);
        assertAccepted(B, "RS256", "b");
    }

    @Test
    void keysThatNobodyAskedForInAWhileAreFetchedBeforeTheyCount() {
        assertAccepted(A, "ES256", "a");
        published = set(B.jwk(",\"kid\":\"b\""));

        clock.advance(Duration.ofMinutes(10));

        assertRejected(A, "ES256", "a");
    }

    @Test
    void anOutageOfTheIssuerIsNoneOfOurs() {
        assertAccepted(A, "ES256", "a");
        status = 503;
        for (int minutes = 0; minutes < 120; minutes++) {
            clock.advance(Duration.ofMinutes(1));
            assertAccepted(A, "ES256", "a");
            assertRejected(B, "RS256", "a");
        }
        assertThat(fetches.get()).isLessThan(300);

        status = 200;
        published = set(B.jwk(",\"kid\":\"b\""));
        clock.advance(Duration.ofMinutes(2));
        assertAccepted(B, "RS256", "b");
        assertRejected(A, "ES256", "a");
    }

    @Test
    void whatIsNoSetOfKeysChangesNothing() {
        assertAccepted(A, "ES256", "a");
        for (String nonsense : List.of("", "<html>", "[]", "{\"keys\":{}}", " ".repeat(300_000))) {
            published = nonsense;
            clock.advance(Duration.ofMinutes(11));
            assertAccepted(A, "ES256", "a");
        }
        status = 302;
        published = set(B.jwk(",\"kid\":\"a\""));
        clock.advance(Duration.ofMinutes(11));
        assertAccepted(A, "ES256", "a");
        assertThat(fetches).hasValue(7);
    }

    @Test
    void withoutAnyKeysNobodyComesInUntilThereAreSome() {
        status = 500;
        assertUndecided(A, "ES256", "a");
        assertUndecided(A, "ES256", "a");
        assertThatIllegalStateException().isThrownBy(() -> authenticator.ready());
        assertThat(fetches).hasValue(1);

        status = 200;
        clock.advance(Duration.ofSeconds(2));

        assertThat(authenticator.ready()).isTrue();
        assertAccepted(A, "ES256", "a");
        assertThat(fetches).hasValue(2);
    }

    @Test
    void anIssuerThatDoesNotAnswerIsWaitedForFiveSeconds() {
        held = new CountDownLatch(1);
        assertUndecided(A, "ES256", "a");

        held.countDown();
        clock.advance(Duration.ofSeconds(2));
        assertAccepted(A, "ES256", "a");
    }

    @Test
    void aTokenWithoutANameIsSomebodysOnlyIfThereIsNobodyElse() {
        assertAccepted(A, "ES256", null);
        published = set(A.jwk(",\"kid\":\"a\""), SigningKeys.make("ES256").jwk(",\"kid\":\"c\""));
        clock.advance(Duration.ofMinutes(10));

        assertRejected(A, "ES256", null);
        assertAccepted(A, "ES256", "a");
    }

    private void assertAccepted(SigningKeys by, String algorithm, @Nullable String kid) {
        assertThat(judge(by, algorithm, kid)).isInstanceOf(Outcome.Accepted.class);
    }

    private void assertRejected(SigningKeys by, String algorithm, @Nullable String kid) {
        assertThat(judge(by, algorithm, kid))
                .isInstanceOfSatisfying(
                        Outcome.Rejected.class,
                        rejected -> assertThat(rejected.close()).isEqualTo(Close.INVALID_TOKEN));
    }

    /// @return milliseconds after which the client comes back
    private long assertUndecided(SigningKeys by, String algorithm, @Nullable String kid) {
        Outcome outcome = judge(by, algorithm, kid);
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Rejected.class,
                        rejected -> {
                            assertThat(rejected.refusal().code())
                                    .isEqualTo(Refusal.Code.UNAVAILABLE);
                            assertThat(rejected.close().code()).isEqualTo(1013);
                            assertThat(rejected.close().reconnect()).isTrue();
                            assertThat(rejected.close().retryAfter()).isBetween(500L, 60_000L);
                        });
        return ((Outcome.Rejected) outcome).close().retryAfter();
    }

    private Outcome judge(SigningKeys by, String algorithm, @Nullable String kid) {
        return judge(token(by, algorithm, kid));
    }

    private Outcome judge(String token) {
        return authenticator.authenticate(Credentials.NONE.token(token));
    }

    private static String token(SigningKeys by, String algorithm, @Nullable String kid) {
        String name = kid == null ? "" : ",\"kid\":\"" + kid + "\"";
        return by.token(
                "{\"alg\":\"" + algorithm + "\"" + name + "}",
                "{\"sub\":\"ada\",\"exp\":9999999999}");
    }

    private static String set(String... keys) {
        return "{\"keys\":[" + String.join(",", keys) + "]}";
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.fanfare.core.Access;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Close;
import dev.fanfare.core.Credentials;
import dev.fanfare.core.Limits;
import dev.fanfare.core.Principal;
import dev.fanfare.core.SecurityEvent;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.HandshakeRefused;
import dev.fanfare.testkit.ManualClock;
import dev.fanfare.testkit.TestClient;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// Who may do what, who may stay, and what the security log says of it.
class SecurityEventsIT {
    private static final String KEY = "0123456789abcdef0123456789abcdef";
    private static final String WANTED = "{\"text\":\"a word that must not be logged\"}";

    private final Logger logger = (Logger) LoggerFactory.getLogger(SecurityEvent.LOGGER);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final ManualClock clock = new ManualClock();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(log);
    }

    private List<String> lines() {
        return List.copyOf(log.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private void says(String pattern) {
        eventually(() -> assertThat(lines()).anySatisfy(line -> assertThat(line).matches(pattern)));
    }

    private Fanfare start(Consumer<FanfareConfig> configure) {
        return Fanfare.start(config -> {
            config.port(0).apiKey(KEY).clock(clock).authenticator(SecurityEventsIT::who);
            configure.accept(config);
        });
    }

    /// A token is a user and roles: `ada:admin,editor`.
    private static Authenticator.Outcome who(Credentials shown) {
        String[] parts = String.valueOf(shown.token()).split(":", -1);
        if (parts[0].equals("bad")) {
            return Authenticator.invalid("no such\r\nevent=signed_in user");
        }
        List<String> roles = parts.length < 2 ? List.of() : List.of(parts[1].split(",", -1));
        return Authenticator.accept(new Principal(parts[0], 0, Map.of("roles", roles)));
    }

    private static URI uri(Fanfare node) {
        return URI.create("ws://127.0.0.1:" + node.port() + "/ws");
    }

    @Test
    void aMessageMayNeedARole() {
        try (Fanfare node =
                        start(config ->
                                config.on("open", (_, _) -> null)
                                        .on("announce", (_, data) -> data)
                                        .nativeEndpoint(endpoint ->
                                                endpoint.permit(
                                                        "announce", Access.role("admin"))));
                TestClient ada = TestClient.connect(uri(node), "ada:editor,admin");
                TestClient bob = TestClient.connect(uri(node), "bob:editor")) {
            bob.send("open", "1").is("reply");
            assertThat(
                            bob.send("announce", WANTED)
                                    .isRefusedWith("permission_denied")
                                    .path("field"))
                    .hasToString("\"handler\"");
            bob.send("open", "1").is("reply");
            ada.send("announce", WANTED).answers(WANTED);
            says(
                    "event=permission_denied endpoint=native/ws session=\\S+ user=bob"
                            + " handler=announce");
            assertThat(lines()).hasSize(1).noneMatch(line -> line.contains("logged"));
        }
    }

    @Test
    void publishingMayNeedARole() {
        try (Fanfare node =
                        start(config ->
                                config.channel(
                                        "news", rules -> rules.publish(Access.role("editor"))));
                TestClient ada = TestClient.connect(uri(node), "ada:editor");
                TestClient bob = TestClient.connect(uri(node), "bob")) {
            bob.publish("news", WANTED).isRefusedWith("permission_denied");
            ada.publish("news", WANTED).isStored();
            says("event=permission_denied .* user=bob channel=news");
        }
    }

    @Test
    void aPermissionForAMessageThatDoesNotExistStopsTheStart() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() ->
                        start(config ->
                                config.nativeEndpoint(endpoint ->
                                        endpoint.permit("nothing", Access.role("admin")))))
                .withMessageContaining("nothing");
    }

    @Test
    void refusalsAtTheDoorAreLoggedWithoutWhatWasShown() throws Exception {
        try (Fanfare node = start(config -> config.limits(Limits.DEFAULT.connections(1)));
                ProbeClient backend = new ProbeClient(node.port());
                TestClient eve = TestClient.open(uri(node), Handshake.PLAIN);
                TestClient ada = TestClient.connect(uri(node), "ada");
                TestClient again = TestClient.open(uri(node), Handshake.PLAIN)) {
            eve.connects("bad:secret-token").isRefusedWith("invalid_token");
            says(
                    "event=authentication_refused endpoint=native/ws session=\\S+"
                            + " reason=\"no such  event='?=?signed_in user\" remote=127.0.0.1");
            again.connects("ada").isRefusedWith("limit_exceeded");
            says("event=too_many_connections endpoint=native/ws session=\\S+ user=ada");
            backend.post("/api/v1/publish", "{}", "Authorization", "Bearer secret-key");
            says("event=api_key_refused remote=127.0.0.1 path=/api/v1/publish");
            assertThatExceptionOfType(HandshakeRefused.class)
                    .isThrownBy(() ->
                            TestClient.open(
                                    uri(node), Handshake.PLAIN.origin("https://evil.example")));
            says(
                    "event=bad_origin endpoint=native/ws origin=https://evil.example"
                            + " remote=127.0.0.1");
            backend.post("/api/v1/publish", "{}", "Origin", "https://evil.example");
            says(
                    "event=bad_origin endpoint=/api/v1/publish origin=https://evil.example"
                            + " remote=127.0.0.1");
            backend.post("/api/v1/users/ada/disconnect", "", "Authorization", "Bearer " + KEY);
            ada.isClosedWith(4507);
            says("event=revoked user=ada sessions=1 by=api remote=127.0.0.1");
            assertThat(lines()).noneMatch(line -> line.contains("secret") || line.contains("\n"));
        }
    }

    @Test
    void logsTheAddressThatATrustedProxyNamesWithItsPort() {
        try (Fanfare node =
                        start(config ->
                                config.httpLimits(
                                        HttpLimits.DEFAULT.proxies(List.of("127.0.0.0/8"))));
                TestClient eve =
                        TestClient.open(
                                uri(node),
                                Handshake.PLAIN.header(
                                        "X-Forwarded-For", "6.6.6.6, \"[2001:db8::7]:443\""))) {
            eve.connects("bad:token").isRefusedWith("invalid_token");
            says("event=authentication_refused .* remote=2001:db8:0:0:0:0:0:7");
        }
    }

    @Test
    void whatWasRevokedElsewhereIsFoundWithinTheTime() {
        Set<String> revoked = ConcurrentHashMap.newKeySet();
        try (Fanfare node =
                        start(config ->
                                config.nativeEndpoint(endpoint ->
                                        endpoint.revalidate(
                                                Duration.ofSeconds(30),
                                                Revalidation.each(session ->
                                                        revoked.contains(session.user())
                                                                ? Close.REVOKED
                                                                : null))));
                TestClient ada = TestClient.connect(uri(node), "ada");
                TestClient bob = TestClient.connect(uri(node), "bob")) {
            clock.advance(Duration.ofSeconds(5));
            revoked.add("ada");
            clock.advance(Duration.ofSeconds(30));
            ada.isClosedWith(4507);
            says(
                    "event=revoked endpoint=native/ws session=\\S+ user=ada code=4507"
                            + " reason=\"access revoked\"");
            bob.pings().is("pong");
            revoked.add("bob");
            eventually(() -> {
                clock.advance(Duration.ofSeconds(1));
                assertThat(node.sessions()).isEmpty();
            });
            bob.isClosedWith(4507);
        }
    }

    @Test
    void sessionsStayWhileTheyCannotBeJudged() {
        Set<String> asked = ConcurrentHashMap.newKeySet();
        try (Fanfare node =
                        start(config ->
                                config.nativeEndpoint(endpoint ->
                                        endpoint.revalidate(
                                                Duration.ofSeconds(10),
                                                sessions -> {
                                                    if (asked.add("once")) {
                                                        throw new IllegalStateException("away");
                                                    }
                                                    asked.add("again");
                                                    return Map.of(
                                                            sessions.getFirst(),
                                                            Close.of(4005, "come back"));
                                                })));
                TestClient ada = TestClient.connect(uri(node), "ada")) {
            eventually(() -> {
                clock.advance(Duration.ofSeconds(1));
                assertThat(asked).contains("once");
            });
            ada.pings().is("pong");
            eventually(() -> {
                clock.advance(Duration.ofSeconds(1));
                assertThat(asked).contains("again");
            });
            ada.isClosedWith(4005);
        }
    }
}

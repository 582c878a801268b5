// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.core.Authenticator;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Session;
import dev.fanfare.core.SystemClock;
import dev.fanfare.server.http.Response;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FanfareIT {
    private static final String KEY = "0123456789abcdef0123456789abcdef";
    private static final String[] WITH_KEY = {"Authorization", "Bearer " + KEY};

    record Custom(String content) {}

    record Sum(int a, int b) {}

    /// What a user writes for a handler of their own.
    static final class CustomMessageHandler implements TypedHandler<Custom> {
        @Override
        public String messageType() {
            return "custom_message";
        }

        @Override
        public Class<Custom> type() {
            return Custom.class;
        }

        @Override
        public void validate(Custom message) throws InvalidMessage {
            if (message.content().isBlank()) {
                throw new InvalidMessage("content", "'content' must not be blank.");
            }
        }

        @Override
        public void handle(Session session, Custom message) {
            session.send(Map.of("echo", message.content()));
        }
    }

    @Test
    void publishesToSubscribersOverHttp() throws Exception {
        try (Fanfare node = start(config -> config.channel("orders:{id}"));
                ProbeClient client = connected(node)) {
            client.send("{'type':'subscribe','id':2,'channel':'orders:42'}");
            client.next("\"subscribed\"");

            HttpResponse<String> answer =
                    client.post(
                            "/api/v1/publish", "{'channel':'orders:42','data':{'n':1}}", WITH_KEY);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("\"epoch\"", "\"offset\":1", "\"tag\"");
            assertThat(client.next("\"publication\"")).contains("{\"n\":1}");
            assertThat(client.get("/api/v1/channels", WITH_KEY).body())
                    .contains("{\"name\":\"orders:42\",\"subscribers\":1}");
        }
    }

    @Test
    void refusesTheApiWithoutAKey() throws Exception {
        try (Fanfare node = start(_ -> {});
                ProbeClient client = new ProbeClient(node.port())) {
            assertThat(client.post("/api/v1/publish", "{}").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void asksForATokenWhereASecretIsSet() throws Exception {
        JwtPolicy policy = JwtPolicy.of(KEY);
        SystemClock clock = new SystemClock();
        try (clock;
                Fanfare node = start(config -> config.jwt(policy));
                ProbeClient stranger = new ProbeClient(node.port()).open();
                ProbeClient ada = new ProbeClient(node.port()).open()) {
            stranger.send("{'type':'connect','id':1,'version':1,'token':'no.such.token'}");
            assertThat(stranger.next("invalid_token")).doesNotContain("no.such");

            String token = new Tokens(policy, clock).issue("ada", Duration.ofHours(1), Map.of());
            ada.send("{'type':'connect','id':1,'version':1,'token':'" + token + "'}");
            assertThat(ada.next("\"connected\"")).contains("\"user\":\"ada\"");

            assertThat(
                            ada.post(
                                            "/api/v1/users/ada/send",
                                            "{'type':'hello','data':7}",
                                            WITH_KEY)
                                    .body())
                    .isEqualTo("{\"sessions\":1,\"waits\":false}");
            assertThat(ada.next("hello")).contains("7");
            assertThat(ada.get("/api/v1/users/ada/sessions", WITH_KEY).body())
                    .contains("native/ws");
            ada.post("/api/v1/users/ada/disconnect", "", WITH_KEY);
            assertThat(ada.next("closed")).contains("4507");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"docs:handbook/intro", "docs:a/b#c+d~e=f", "docs:/"})
    void reachesAChannelByItsPercentEncodedName(String name) throws Exception {
        Duration age = Duration.ofHours(1);
        try (Fanfare node =
                        start(config ->
                                config.channel("docs:{path}", rules -> rules.history(10, age)));
                ProbeClient backend = new ProbeClient(node.port())) {
            backend.post("/api/v1/publish", "{'channel':'" + name + "','data':{'n':1}}", WITH_KEY);
            String path = "/api/v1/channels/" + URLEncoder.encode(name, UTF_8);

            assertThat(backend.get(path + "/history", WITH_KEY).body()).contains("{\"n\":1}");
            assertThat(backend.get(path + "/presence", WITH_KEY).body()).contains("\"members\"");
            assertThat(backend.post(path + "/reset", "", WITH_KEY).body()).contains("\"epoch\"");
            assertThat(backend.get(path + "/history", WITH_KEY).body()).doesNotContain("{\"n\":1}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://idp.example/users/7",
                "a%2Fb",
                "/",
                "J\u00fcrgen Gro\u00df",
                "a\nb"
            })
    void reachesAUserByItsPercentEncodedId(String id) throws Exception {
        String path = "/api/v1/users/" + URLEncoder.encode(id, UTF_8).replace("+", "%20");
        try (Fanfare node =
                        start(config ->
                                config.authenticator(_ -> Authenticator.accept(Principal.of(id))));
                ProbeClient session = connected(node)) {
            assertThat(session.get(path + "/sessions", WITH_KEY).body()).contains("native/ws");

            session.post(path + "/send", "{'type':'hi','data':1}", WITH_KEY);
            session.next("\"hi\"");
            session.post(path + "/disconnect", "", WITH_KEY);
            assertThat(session.next("closed")).contains("4507");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/channels//history, 404",
        "/api/v1/channels/..%2F..%2Fhealth/history, 400",
        "/api%2Fv1%2Fchannels, 404",
        "/api/v1/users/%2e%2e%2f/sessions/, 404",
    })
    void findsNothingByAnEncodedPathThatIsNotARoutes(String path, int status) throws Exception {
        try (Fanfare node = start(_ -> {});
                ProbeClient backend = new ProbeClient(node.port())) {
            assertThat(backend.get(path, WITH_KEY).statusCode()).isEqualTo(status);
        }
    }

    @Test
    void runsAHandlerThatIsAClassAndOneThatAnswers() throws Exception {
        try (Fanfare node =
                        start(config ->
                                config.on(new CustomMessageHandler())
                                        .answer(
                                                "sum",
                                                Sum.class,
                                                (_, sum) -> Map.of("is", sum.a() + sum.b())));
                ProbeClient client = connected(node)) {
            client.send("{'type':'send','id':2,'handler':'custom_message','data':{'content':'x'}}");
            assertThat(client.next("echo")).contains("\"x\"");
            client.send("{'type':'send','id':3,'handler':'custom_message','data':{'content':' '}}");
            assertThat(client.next("bad_request")).contains("\"content\"");
            client.send("{'type':'send','id':4,'handler':'sum','data':{'a':1,'b':'2'}}");
            assertThat(client.next("bad_request")).contains("'b' must be a whole number");
            client.send("{'type':'send','id':5,'handler':'sum','data':{'a':1,'b':2}}");
            assertThat(client.next("\"id\":5")).contains("{\"is\":3}");
        }
    }

    @Test
    void keepsAnEndpointsChannelsToThatEndpoint() throws Exception {
        try (Fanfare node =
                        start(config ->
                                config.site(
                                        "chat",
                                        0,
                                        site ->
                                                site.webSocket("/ws", it -> it.channel("chat:{id}"))
                                                        .route(
                                                                "GET",
                                                                "/hello",
                                                                _ ->
                                                                        Response.text(
                                                                                200, "hello"))));
                ProbeClient outside = connected(node);
                ProbeClient inside = connect(new ProbeClient(node.port("chat")))) {
            outside.send("{'type':'subscribe','id':2,'channel':'chat:1'}");
            outside.next("unknown_channel");
            inside.send("{'type':'subscribe','id':2,'channel':'chat:1'}");
            inside.next("\"subscribed\"");
            assertThat(inside.get("/hello").body()).isEqualTo("hello");
        }
    }

    @Test
    void isReadyOnlyWhileEveryCheckHolds() throws Exception {
        AtomicBoolean database = new AtomicBoolean(true);
        try (Fanfare node = start(config -> config.ready("database", database::get));
                ProbeClient client = new ProbeClient(node.port())) {
            assertThat(client.get("/ready").statusCode()).isEqualTo(200);

            database.set(false);

            assertThat(client.get("/ready").statusCode()).isEqualTo(503);
            assertThat(client.get("/ready").body()).contains("\"database\":false");
            assertThat(client.get("/health").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void showsItsFiguresOnlyWhereThatWasAskedFor() throws Exception {
        try (Fanfare node = start(config -> config.metrics("127.0.0.1", 0));
                ProbeClient client = connected(node);
                ProbeClient scraper = new ProbeClient(node.port("metrics"))) {
            assertThat(client.get("/metrics").statusCode()).isEqualTo(404);
            assertThat(scraper.get("/metrics").body())
                    .contains("fanfare_sessions 1.0", "fanfare_commands_total", "jvm_memory_used");
        }
    }

    @Test
    void tellsClientsToComeBackWhenItStops() throws Exception {
        Fanfare node = start(config -> config.drainWindow(Duration.ofMillis(200)));
        try (node;
                ProbeClient client = connected(node)) {
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(node::stop);

            assertThat(client.next("closed")).contains("1012");
            stopped.get(20, java.util.concurrent.TimeUnit.SECONDS);
            assertThatThrownBy(() -> client.get("/health")).isInstanceOf(java.io.IOException.class);
        }
    }

    @Test
    void saysWhichListenersPortIsTaken() {
        try (Fanfare node = start(_ -> {})) {
            assertThatThrownBy(() -> start(config -> config.port(node.port())))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("native");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "127.example.com", "10.0.0.1"})
    void refusesToListenBeyondTheLoopbackForAnybody(String host) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> start(config -> config.host(host)))
                .withMessageContaining("jwt secret");
    }

    @Test
    void refusesAShortApiKeyOutsideADemonstration() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> start(config -> config.apiKey("demo-api-key")))
                .withMessageContaining("12");
    }

    private static Fanfare start(Consumer<FanfareConfig> configure) {
        return Fanfare.start(config -> {
            config.port(0).apiKey(KEY);
            configure.accept(config);
        });
    }

    private static ProbeClient connected(Fanfare node) throws InterruptedException {
        return connect(new ProbeClient(node.port()));
    }

    private static ProbeClient connect(ProbeClient client) throws InterruptedException {
        client.open().send("{'type':'connect','id':1,'version':1}");
        client.next("\"connected\"");
        return client;
    }
}

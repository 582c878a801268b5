// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static dev.fanfare.server.ExchangeClient.CONNECT;
import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.fanfare.core.Access;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.Close;
import dev.fanfare.core.Limits;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Refusal;
import dev.fanfare.engine.Content;
import dev.fanfare.server.ExchangeClient.Answer;
import dev.fanfare.server.http.Origins;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What `protocol/SPEC.md` says in section 13. A token is the name of its user; `bad` and `old` are
/// what they say.
@Timeout(60)
class ExchangeIT {
    private static final String SUBSCRIBE = "{'type':'subscribe','id':2,'channel':'news'}";

    // ---- polls

    @Test
    void aFirstSubscribeIsAnsweredAtOnce() throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            Answer answer = client.poll("/exchange", connect("ann"), SUBSCRIBE);

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("content-type")).isEqualTo("application/x-ndjson");
            assertThat(answer.header("cache-control")).isEqualTo("no-store");
            assertThat(answer.header("x-accel-buffering")).isEqualTo("no");
            assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(answer.types()).containsExactly("connected", "subscribed");
            assertThat(answer.frames().getFirst().path("user").asString()).isEqualTo("ann");
        }
    }

    @Test
    void aPollWaitsForAPublicationAndTheNextGoesOnBehindIt() throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            JsonNode at = subscribed(client.poll("/exchange", CONNECT, SUBSCRIBE)).path("position");
            client.ask("/exchange", "", CONNECT, since(at));
            listening(node, 1);
            publish(node, "{\"n\":1}");

            Answer first = client.answer();
            publish(node, "{\"n\":2}");
            Answer second = client.poll("/exchange", CONNECT, since(at, first.frames().getLast()));

            assertThat(first.types()).containsExactly("connected", "subscribed", "publication");
            assertThat(subscribed(first).path("recovered").asBoolean()).isTrue();
            assertThat(second.frames().getLast().path("data").path("n").asInt()).isEqualTo(2);
        }
    }

    @Test
    void aPollWithoutNewsIsAnsweredWhenItsTimeIsUp() throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            JsonNode at = subscribed(client.poll("/exchange", CONNECT, SUBSCRIBE)).path("position");

            Answer answer =
                    client.poll(
                            "/exchange?wait=50",
                            connect("ann"),
                            since(at),
                            "{'type':'inbox','id':3}");

            assertThat(answer.types())
                    .containsExactlyInAnyOrder("connected", "subscribed", "inbox");
        }
    }

    @Test
    void withoutWaitingItIsAnsweredWhenAllRepliesAreThere() throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            Answer answer =
                    client.poll(
                            "/exchange?wait=0",
                            CONNECT,
                            "{'type':'send','id':2,'handler':'echo','data':{'n':7}}",
                            "{'type':'publish','id':3,'channel':'news','key':'k','data':1}",
                            "{'type':'history','id':4,'channel':'news'}");

            assertThat(answer.types())
                    .containsExactlyInAnyOrder("connected", "reply", "published", "history");
            assertThat(answer.body()).contains("{\"n\":7}");
        }
    }

    @Test
    void anAnswerThatWasLostIsAskedForAgain() throws Exception {
        try (Fanfare node = node()) {
            String[] asked;
            try (ExchangeClient client = client(node)) {
                JsonNode at =
                        subscribed(client.poll("/exchange", CONNECT, SUBSCRIBE)).path("position");
                asked =
                        new String[] {
                            CONNECT,
                            since(at),
                            "{'type':'publish','id':3,'channel':'news','key':'k','data':1}"
                        };
                client.ask("/exchange", "", asked);
                eventually(() -> assertThat(node.hub().counts().published()).isEqualTo(1));
            }
            try (ExchangeClient client = client(node)) {
                Answer again = client.poll("/exchange", asked);

                assertThat(again.types())
                        .containsExactlyInAnyOrder(
                                "connected", "subscribed", "publication", "published");
            }
            eventually(() -> assertThat(node.hub().counts().sessions()).isZero());
        }
    }

    @Test
    void aPollThatIsLeftEndsItsSession() throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            JsonNode at = subscribed(client.poll("/exchange", CONNECT, SUBSCRIBE)).path("position");
            client.ask("/exchange", "", CONNECT, since(at));
            listening(node, 1);

            client.leave();

            listening(node, 0);
            eventually(() -> assertThat(node.hub().counts().sessions()).isZero());
        }
    }

    @Test
    void whatWaitsForTheUserComesToWhoPollsWithInbox() throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            node.user("ann").send(Map.of("n", 1));

            Answer answer = client.poll("/exchange", connect("ann"), "{'type':'inbox','id':2}");

            assertThat(answer.types()).containsExactly("connected", "inbox", "message");
        }
    }

    @Test
    void anAnswerIsBoundedAndTheRestComesNextTime() throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            JsonNode at = subscribed(client.poll("/exchange", CONNECT, SUBSCRIBE)).path("position");
            String large = "\"" + "x".repeat(30_000) + "\"";
            for (int i = 0; i < 60; i++) {
                publish(node, large);
            }
            int seen = 0;
            int polls = 0;
            JsonNode last = at;
            while (seen < 60) {
                Answer answer = client.poll("/exchange", CONNECT, since(at, last));
                assertThat(answer.body().length()).isLessThan(1 << 20);
                for (JsonNode frame : answer.frames()) {
                    if (frame.path("type").asString().equals("publication")) {
                        assertThat(frame.path("offset").asInt()).isEqualTo(++seen);
                        last = frame;
                    }
                }
                assertThat(++polls).isLessThan(60);
            }
            assertThat(polls).isGreaterThan(2);
        }
    }

    // ---- streams

    @Test
    void aStreamBringsWhatIsPublished() throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            Answer head = client.stream(connect("ann"), SUBSCRIBE);
            JsonNode connected = client.event("connected");
            client.event("subscribed");
            publish(node, "{\"n\":1}");

            assertThat(client.event("publication").path("data").path("n").asInt()).isEqualTo(1);
            assertThat(connected.path("pingInterval").asInt()).isEqualTo(15_000);
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("content-type")).isEqualTo("text/event-stream");
            assertThat(head.header("cache-control")).isEqualTo("no-store, no-transform");
            assertThat(head.header("x-accel-buffering")).isEqualTo("no");
            assertThat(head.header("x-content-type-options")).isEqualTo("nosniff");
        }
    }

    @Test
    void anIdleStreamIsSentComments() throws Exception {
        try (Fanfare node = node(config -> fast(config, Duration.ofHours(1)));
                ExchangeClient client = client(node)) {
            client.stream(CONNECT);
            client.event("connected");

            assertThat(client.block()).containsExactly(":");
            assertThat(client.block()).containsExactly(":");
        }
    }

    @Test
    void aStreamEndsAfterItsLifeAndItsClientIsToComeBack() throws Exception {
        try (Fanfare node = node(config -> fast(config, Duration.ofMillis(1)));
                ExchangeClient client = client(node)) {
            client.stream(CONNECT);
            JsonNode end = client.event("disconnect");

            assertThat(end.path("code").asInt()).isEqualTo(1012);
            assertThat(end.path("reconnect").asBoolean()).isTrue();
            assertThat(end.path("retryAfter").asInt()).isBetween(0, 2_000);
            assertThat(client.event()).isNull();
            // It is not waited for forever that the client goes too.
            eventually(
                    Duration.ofSeconds(30),
                    () -> assertThat(node.hub().counts().sessions()).isZero());
        }
    }

    @Test
    void whoIsNotLetInByAStreamIsCountedNoLongerThanItsConnection() throws Exception {
        HttpLimits one = HttpLimits.DEFAULT.strangersPerAddress(1);
        try (Fanfare node = node(config -> config.httpLimits(one))) {
            for (int i = 0; i < 3; i++) {
                eventually(() -> {
                    try (ExchangeClient client = client(node)) {
                        assertThat(client.stream(connect("bad")).status()).isEqualTo(200);
                    }
                });
            }
        }
    }

    @Test
    void aStreamThatIsLeftEndsItsSession() throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            client.stream(CONNECT, SUBSCRIBE);
            client.event("subscribed");

            client.leave();

            listening(node, 0);
            eventually(() -> assertThat(node.hub().counts().sessions()).isZero());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\n", "\\r", "\\n\\ndata: {}\\n\\n", "\\r\\n\\r\\n", "\\nid: 7\\n"})
    void aLineBreakInDataForgesNothing(String broken) throws Exception {
        String text = broken.replace("\\n", "\n").replace("\\r", "\r");
        String data = "[1," + text.replaceAll("[^\\r\\n]", "") + "2]";
        try (Fanfare node = node();
                ExchangeClient client = client(node);
                ExchangeClient poller = client(node)) {
            client.stream(CONNECT, SUBSCRIBE);
            client.event("subscribed");
            publish(node, data);
            // Within a string it is not JSON, whoever publishes it.
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> publish(node, "\"" + text + "\""));
            publish(node, "3");

            List<String> first = client.block();
            List<String> second = client.block();
            assertThat(List.of(first, second)).allSatisfy(block -> assertThat(block).hasSize(1));
            assertThat(second.getFirst()).endsWith("\"data\":3}");
            Answer history =
                    poller.poll("/exchange", CONNECT, "{'type':'history','id':2,'channel':'news'}");
            assertThat(history.body().split("\\R")).hasSize(2);
            assertThat(history.types()).containsExactly("connected", "history");
        }
    }

    // ---- by GET

    @Test
    void aBareEventSourceResumesByItsLastEventId() throws Exception {
        try (Fanfare node = node()) {
            String id;
            try (ExchangeClient client = client(node)) {
                client.raw(get("?channel=news&channel=prices", ""));
                assertThat(client.answer().status()).isEqualTo(200);
                assertThat(client.block().getFirst()).matches("retry: \\d+");
                assertThat(client.block().getFirst()).startsWith("data: ").contains("connected");
                assertThat(client.block().getFirst()).contains("subscribed", "news");
                assertThat(client.block().getFirst()).contains("subscribed", "prices");
                assertThat(client.block().getFirst()).startsWith("id: ");
                publish(node, "1");
                client.event("publication");
                id = id(client);
            }
            publish(node, "2");
            String channels = "?channel=news&channel=prices";
            for (String resuming :
                    List.of(
                            get(channels, "Last-Event-ID: " + id + "\r\n"),
                            get(channels + "&lastEventId=" + id, ""))) {
                try (ExchangeClient client = client(node)) {
                    client.raw(resuming);
                    client.answer();

                    assertThat(client.event("subscribed").path("recovered").asBoolean()).isTrue();
                    assertThat(client.event("publication").path("data").asInt()).isEqualTo(2);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "W10", "bnVsbA", "e30", "W1sieCIsLTEsInkiXV0", "%00"})
    void anIdThatIsNotUnderstoodRecoversNothing(String id) throws Exception {
        assertThat(recovered(id)).isEqualTo("false");
    }

    @Test
    void anIdOfTenKilobytesRecoversNothing() throws Exception {
        assertThat(recovered("a".repeat(10 << 10))).isEqualTo("false");
    }

    private static String recovered(String id) throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            publish(node, "1");
            client.raw(get("?channel=news", "Last-Event-ID: " + id + "\r\n"));
            assertThat(client.answer().status()).isEqualTo(200);
            return client.event("subscribed").path("recovered").asString("absent");
        }
    }

    @ParameterizedTest
    @CsvSource({"bad, 401", "old, 401", "barred, 403"})
    void whoIsNotLetInByGetIsToldByAStatus(String token, int status) throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            client.raw(get("?channel=news", "Authorization: Bearer " + token + "\r\n"));

            assertThat(client.answer().status()).isEqualTo(status);
        }
    }

    @Test
    void aHeaderOrACookieSaysWhoComesAndTheQueryDoesNot() throws Exception {
        try (Fanfare node = node()) {
            assertThat(whoIs(node, "?channel=news", "Authorization: Bearer ann\r\n"))
                    .isEqualTo("ann");
            assertThat(whoIs(node, "?channel=news", "Cookie: session=bob\r\n")).isEqualTo("bob");
            assertThat(whoIs(node, "?channel=news&token=eve&access_token=eve", "")).isEmpty();
        }
    }

    private static String whoIs(Fanfare node, String query, String header) throws IOException {
        try (ExchangeClient client = client(node)) {
            client.raw(get(query, header)).answer();
            return client.event("connected").path("user").asString("");
        }
    }

    // ---- what is refused

    @ParameterizedTest
    @CsvSource({
        "bad, invalid_token, 4501, false",
        "old, token_expired, 4005, true",
    })
    void aTokenIsJudgedByFramesAsOnTheWebSocket(
            String token, String code, int close, boolean reconnect) throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node);
                ExchangeClient streaming = client(node)) {
            Answer answer = client.poll("/exchange", connect(token), SUBSCRIBE);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.types()).containsExactly("error", "disconnect");
            assertThat(answer.frames().getFirst().path("code").asString()).isEqualTo(code);
            assertThat(answer.frames().getLast().path("code").asInt()).isEqualTo(close);
            assertThat(answer.frames().getLast().path("reconnect").asBoolean())
                    .isEqualTo(reconnect);

            assertThat(streaming.stream(connect(token)).status()).isEqualTo(200);
            assertThat(streaming.event("disconnect").path("code").asInt()).isEqualTo(close);
            assertThat(streaming.event()).isNull();
        }
    }

    @Test
    void theFirstLineMustBeConnectWithAnId() throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            assertThat(client.poll("/exchange", SUBSCRIBE, CONNECT).body())
                    .contains("not_connected", "4506")
                    .doesNotContain("subscribed");
            assertThat(client.poll("/exchange", "{'type':'connect','version':1}", SUBSCRIBE).body())
                    .contains("bad_request", "\"field\":\"id\"", "4506");
            assertThat(client.poll("/exchange", "nonsense").body()).contains("bad_request", "4506");
        }
    }

    @Test
    void aBadLineIsAnsweredAndTheOthersAreObeyed() throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            Answer answer =
                    client.poll(
                            "/exchange",
                            CONNECT,
                            "{",
                            "",
                            "{'type':'publish','channel':'news','data':'"
                                    + "x".repeat(70_000)
                                    + "'}",
                            "{'type':'pong'}",
                            "{'type':'ping','id':9}");

            assertThat(answer.body()).contains("bad_request", "message_too_large");
            assertThat(answer.types()).containsExactly("connected", "error", "error", "pong");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/exchange?wait=-1, wait",
        "/exchange?wait=60001, wait",
        "/exchange?wait=x, wait",
        "/exchange?wait=99999999999, wait",
    })
    void aBadWaitIsNamed(String target, String field) throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            Answer answer = client.poll(target, CONNECT);

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("\"field\":\"" + field + "\"");
        }
    }

    @Test
    void aBadBodyIsNamedAndTheConnectionLives() throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            String[] many = IntStream.range(0, 1_001).mapToObj(_ -> "").toArray(String[]::new);
            many[0] = CONNECT;
            many[1_000] = "{}";
            assertThat(client.poll("/exchange", many).body()).contains("\"limit\":\"lines\"");
            assertThat(client.poll("/exchange", "", " ", "\r").body())
                    .contains("\"field\":\"body\"");
            assertThat(client.poll("/exchange?wait=0", CONNECT).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', 400",
        "?channel=, 200",
        "?channel=a&channel=a, 400",
        "?channel=a&channel=b&channel=c&channel=d&channel=e&channel=f&channel=g&channel=h&channel=i&channel=j&channel=k&channel=l&channel=m&channel=n&channel=o&channel=p&channel=q, 400",
    })
    void oneToSixteenChannelsAreFollowed(String query, int status) throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            assertThat(client.raw(get(query, "")).answer().status()).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Content-Type: text/plain\r\n",
                "Content-Type: application/x-www-form-urlencoded\r\n",
                "Content-Type: multipart/form-data; boundary=application/json\r\n",
                "Content-Type: text/plain; application/json\r\n"
            })
    void aBodyThatAFormCouldSendIsNotTaken(String type) throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            String body = CONNECT.replace('\'', '"');
            client.raw(
                    "POST /exchange?wait=0 HTTP/1.1\r\nHost: x\r\nCookie: session=ann\r\n"
                            + type
                            + "Content-Length: "
                            + body.length()
                            + "\r\n\r\n"
                            + body);

            assertThat(client.answer().status()).isEqualTo(415);
            assertThat(node.hub().counts().commands()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"PUT, 405", "DELETE, 405", "PATCH, 405", "HEAD, 405"})
    void otherMethodsAreNotThere(String method, int status) throws Exception {
        try (Fanfare node = node();
                RawSocket raw = new RawSocket(node.port())) {
            String head = raw.send(method + " /exchange HTTP/1.1\r\nHost: x\r\n\r\n").head();

            assertThat(head).startsWith("HTTP/1.1 " + status).contains("Allow: GET, POST, OPTIONS");
        }
    }

    @Test
    void aBodyOverTheLimitIsNotRead() throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            int length = (1 << 20) + 1;
            client.raw(
                    "POST /exchange HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                            + "Content-Length: "
                            + length
                            + "\r\n");

            assertThat(client.answer().status()).isEqualTo(413);
        }
    }

    // ---- origins

    @ParameterizedTest
    @CsvSource({
        "Origin: https://evil.example, 403",
        "Origin: null, 403",
        "Origin: https://app.example.evil.example, 403",
        "Sec-Fetch-Site: cross-site, 403",
        "Sec-Fetch-Site: same-site, 403",
        "Sec-Fetch-Site: same-origin, 200",
        "Sec-Fetch-Site: none, 200",
        "Origin: http://x, 200",
        "Origin: https://app.example, 200",
        "Origin: capacitor://localhost, 200",
        "X-Nothing: 1, 200",
    })
    void onlyPagesOfAllowedOriginsAreAnswered(String header, int status) throws Exception {
        Origins origins = Origins.of("https://app.example", "capacitor://localhost");
        try (Fanfare node = node(config -> config.origins(origins));
                ExchangeClient client = client(node);
                ExchangeClient getting = client(node)) {
            Answer answer = client.ask("/exchange?wait=0", header + "\r\n", CONNECT).answer();
            Answer got = getting.raw(get("?channel=news", header + "\r\n")).answer();

            assertThat(answer.status()).isEqualTo(status);
            assertThat(got.status()).isEqualTo(status);
            boolean named = status == 200 && header.startsWith("Origin: ");
            for (Answer each : List.of(answer, got)) {
                assertThat(each.header("access-control-allow-origin"))
                        .isEqualTo(named ? header.substring(8) : "");
                assertThat(each.header("access-control-allow-credentials"))
                        .isEqualTo(named ? "true" : "");
                assertThat(each.header("access-control-expose-headers"))
                        .isEqualTo(named ? "Retry-After" : "");
                assertThat(each.header("vary")).isEqualTo(named ? "Origin" : "");
            }
        }
    }

    @Test
    void credentialsNeverGoAlongWhereEveryOriginIsAllowed() throws Exception {
        try (Fanfare node = node(config -> config.origins(Origins.of("*")));
                ExchangeClient client = client(node)) {
            Answer answer =
                    client.ask("/exchange?wait=0", "Origin: https://a.example\r\n", CONNECT)
                            .answer();

            assertThat(answer.header("access-control-allow-origin")).isEqualTo("https://a.example");
            assertThat(answer.headers()).doesNotContainKey("access-control-allow-credentials");
        }
    }

    @Test
    void aBrowserMayAskBeforeItSends() throws Exception {
        String asks =
                String.join(
                        "\r\n",
                        "OPTIONS /exchange HTTP/1.1",
                        "Host: x",
                        "Access-Control-Request-Method: POST",
                        "Access-Control-Request-Headers: content-type",
                        "Origin: ");
        try (Fanfare node = node(config -> config.origins(Origins.of("https://app.example")));
                ExchangeClient client = client(node);
                ExchangeClient evil = client(node)) {
            Answer answer = client.raw(asks + "https://app.example\r\n").answer();
            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.header("access-control-allow-origin"))
                    .isEqualTo("https://app.example");
            assertThat(answer.header("access-control-allow-methods")).contains("POST");
            assertThat(answer.header("access-control-allow-headers"))
                    .contains("Content-Type", "Authorization", "Last-Event-ID");
            assertThat(evil.raw(asks + "https://evil.example\r\n").answer().status())
                    .isEqualTo(403);
        }
    }

    // ---- the node's end, and its bounds

    @Test
    void aNodeThatStopsTellsStreamsAndPollsAtOnce() throws Exception {
        try (Fanfare node = node(config -> config.drainWindow(Duration.ZERO));
                ExchangeClient streaming = client(node);
                ExchangeClient polling = client(node)) {
            JsonNode at =
                    subscribed(polling.poll("/exchange", CONNECT, SUBSCRIBE)).path("position");
            streaming.stream(CONNECT, SUBSCRIBE);
            streaming.event("subscribed");
            polling.ask("/exchange?wait=60000", "", CONNECT, since(at));
            listening(node, 2);

            CompletableFuture<Void> stopped = CompletableFuture.runAsync(node::stop);

            assertThat(streaming.event("disconnect").path("code").asInt()).isEqualTo(1012);
            Answer answer = polling.answer();
            assertThat(answer.types()).last().isEqualTo("disconnect");
            assertThat(answer.header("connection")).isEqualTo("close");
            stopped.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aNodeThatStopsTakesNoMore() throws Exception {
        try (Fanfare node = node();
                ExchangeClient held = client(node);
                ExchangeClient client = client(node);
                ExchangeClient getting = client(node)) {
            client.poll("/exchange?wait=0", CONNECT);
            getting.poll("/exchange?wait=0", CONNECT);
            held.stream(CONNECT);
            node.hub().drain(Duration.ZERO);
            held.event("disconnect");

            Answer answer = client.poll("/exchange", CONNECT);
            Answer got = getting.raw(get("?channel=news", "")).answer();

            assertThat(answer.status()).isEqualTo(503);
            assertThat(Integer.parseInt(answer.header("retry-after"))).isBetween(1, 5);
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(got.status()).isEqualTo(503);
        }
    }

    @Test
    void aFullNodeTakesNoMore() throws Exception {
        try (Fanfare node = node(config -> config.httpLimits(HttpLimits.DEFAULT.sessions(1)));
                ExchangeClient first = client(node);
                ExchangeClient second = client(node)) {
            first.stream(CONNECT);
            first.event("connected");

            assertThat(second.poll("/exchange", CONNECT).status()).isEqualTo(503);
        }
    }

    @Test
    void connectionsOfAUserAreCountedWhateverTheyComeBy() throws Exception {
        try (Fanfare node = node(config -> config.limits(Limits.DEFAULT.connections(1)));
                ExchangeClient first = client(node);
                ExchangeClient second = client(node)) {
            first.stream(connect("ann"));
            first.event("connected");

            assertThat(second.poll("/exchange", connect("ann")).body())
                    .contains("limit_exceeded", "4504");
        }
    }

    @Test
    void aStreamsClientHasNothingMoreToSay() throws Exception {
        try (Fanfare node = node();
                ExchangeClient client = client(node)) {
            client.stream(CONNECT);
            client.event("connected");
            byte[] noise = new byte[64 << 10];
            try {
                for (int i = 0; i < 64; i++) {
                    client.socket().getOutputStream().write(noise);
                }
            } catch (IOException ended) {
                assertThat(ended).isNotNull();
            }
            eventually(() -> assertThat(node.hub().counts().sessions()).isZero());
        }
    }

    @Test
    void thePathIsConfiguredAndMayBeNone() throws Exception {
        try (Fanfare node =
                        node(config ->
                                config.nativeEndpoint(
                                        it -> it.exchanges(Exchanges.DEFAULT.path("/live"))));
                Fanfare without =
                        node(config -> config.nativeEndpoint(it -> it.exchanges(Exchanges.OFF)));
                ExchangeClient client = client(node);
                ExchangeClient other = client(without)) {
            assertThat(client.poll("/live?wait=0", CONNECT).status()).isEqualTo(200);
            assertThat(client.poll("/exchange?wait=0", CONNECT).status()).isEqualTo(404);
            assertThat(other.poll("/exchange?wait=0", CONNECT).status()).isEqualTo(404);
        }
    }

    // ---- the house

    private static Fanfare node() {
        return node(_ -> {});
    }

    private static Fanfare node(Consumer<FanfareConfig> more) {
        return Fanfare.start(config -> {
            config.port(0)
                    .authenticator(shown -> {
                        String token =
                                shown.token() == null
                                        ? shown.cookies().getOrDefault("session", "")
                                        : shown.token();
                        return switch (token) {
                            case "" ->
                                    shown.query().isEmpty()
                                            ? Authenticator.anonymous()
                                            : Authenticator.accept(Principal.of("query"));
                            case "bad" -> Authenticator.invalid("bad");
                            case "old" -> Authenticator.expired("old");
                            case "barred" ->
                                    new Authenticator.Outcome.Rejected(
                                            Refusal.of(Refusal.Code.PERMISSION_DENIED, "no"),
                                            Close.REVOKED,
                                            "barred");
                            default -> Authenticator.accept(Principal.of(token));
                        };
                    })
                    .channel("news", ExchangeIT::open)
                    .channel("prices", ExchangeIT::open)
                    .on("echo", (_, data) -> data);
            more.accept(config);
        });
    }

    private static ChannelRules open(ChannelRules rules) {
        return rules.subscribe(Access.anyone())
                .publish(Access.anyone())
                .history(100, Duration.ofMinutes(1));
    }

    private static void fast(FanfareConfig config, Duration life) {
        config.nativeEndpoint(
                it -> it.exchanges(Exchanges.DEFAULT.heartbeat(Duration.ofMillis(200)).life(life)));
    }

    private static ExchangeClient client(Fanfare node) throws IOException {
        return new ExchangeClient(node.port());
    }

    private static String connect(String token) {
        return "{'type':'connect','id':1,'version':1,'token':'" + token + "'}";
    }

    private static String get(String query, String headers) {
        return "GET /exchange" + query + " HTTP/1.1\r\nHost: x\r\n" + headers;
    }

    private static void publish(Fanfare node, String json) throws Exception {
        node.channel("news")
                .publish(Content.of(json.getBytes(StandardCharsets.UTF_8)))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private static JsonNode subscribed(Answer answer) {
        return answer.frames().stream()
                .filter(frame -> frame.path("type").asString().equals("subscribed"))
                .findFirst()
                .orElseThrow();
    }

    private static String since(JsonNode position) {
        return "{'type':'subscribe','id':2,'channel':'news','since':" + position + "}";
    }

    /// @param last a publication, or the position itself
    private static String since(JsonNode position, JsonNode last) {
        return "{'type':'subscribe','id':2,'channel':'news','since':{'epoch':"
                + position.path("epoch")
                + ",'offset':"
                + last.path("offset")
                + ",'tag':"
                + last.path("tag")
                + "}}";
    }

    private static String id(ExchangeClient client) throws IOException {
        for (List<String> block = client.block(); !block.isEmpty(); block = client.block()) {
            if (block.getFirst().startsWith("id: ")) {
                assertThat(block).hasSize(1);
                return block.getFirst().substring(4);
            }
        }
        throw new AssertionError("no id");
    }

    private static void listening(Fanfare node, int subscribers) {
        eventually(() -> assertThat(node.hub().counts().subscriptions()).isEqualTo(subscribers));
    }
}

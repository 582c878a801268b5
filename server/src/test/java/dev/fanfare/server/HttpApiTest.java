// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.Environment;
import dev.fanfare.core.Hub;
import dev.fanfare.core.MemoryEngine;
import dev.fanfare.core.Rulebook;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.testkit.ManualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpApiTest {
    private static final String KEY = "0123456789abcdef0123456789abcdef";

    private final Environment environment = new Environment(new ManualClock(), new Random(1));
    private final Hub hub =
            new Hub(
                    new MemoryEngine(environment),
                    Rulebook.of(
                            Map.of(
                                    "orders:{id}",
                                    ChannelRules.DEFAULT.history(10, Duration.ofMinutes(1)),
                                    "notes",
                                    ChannelRules.DEFAULT.encrypted())),
                    new JsonPayloads(),
                    environment);
    private final HttpApi api = new HttpApi(hub, new ApiKeys(List.of("another key", KEY)));

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void publishesAndAnswersWithThePosition() throws Exception {
        Response response = publish("{\"channel\":\"orders:1\",\"data\":{\"n\":1.10}}");

        assertThat(response.status()).isEqualTo(200);
        assertThat(Json.object(response.body()))
                .containsOnlyKeys("epoch", "offset", "tag")
                .containsEntry("offset", 1);
    }

    @Test
    void anEncryptedChannelTakesNothingElseFromABackendEither() throws Exception {
        Response plain = publish("{\"channel\":\"notes\",\"data\":{\"text\":\"hi\"}}");
        assertThat(plain.status()).isEqualTo(400);
        assertThat(text(plain))
                .contains("\"code\":\"bad_request\"", "\"field\":\"data\"")
                .doesNotContain("hi");
        Response sealed =
                publish(
                        "{\"channel\":\"notes\",\"data\":{\"enc\":\"A256GCM\",\"kid\":\"k\",\"iv\":\"oKGio6Slpqeoqaqr\",\"ct\":\"nToISD2_IIVADe7xegKQnekpjoSn\"}}");
        assertThat(sealed.status()).isEqualTo(200);
    }

    @Test
    void publishingAgainWithTheSameKeyChangesNothing() throws Exception {
        String body = "{\"channel\":\"orders:1\",\"data\":1,\"key\":\"k\"}";

        assertThat(publish(body).body()).isEqualTo(publish(body).body());
        assertThat(text(history(Map.of()))).containsOnlyOnce("\"data\":1");
    }

    @Test
    void showsTheHistoryWithEveryPayloadAsItWasPublished() throws Exception {
        publish("{\"channel\":\"orders:1\",\"event\":\"made\",\"data\":{\"n\":1.10}}");

        assertThat(text(history(Map.of())))
                .contains("\"recovered\":true", "\"event\":\"made\"", "\"data\":{\"n\":1.10}");
    }

    @Test
    void historyOfMoreThanAMegabyteComesByPagesFromEitherEnd() throws Exception {
        for (int n = 1; n <= 10; n++) {
            hub.channel("orders:1").publish(n + "x".repeat(300_000)).toCompletableFuture().join();
        }
        Map<String, Object> newest = Json.object(history(Map.of()).body());
        assertThat(offsets(newest)).containsExactly(10, 9, 8);
        Map<?, ?> next = (Map<?, ?>) requireNonNull(newest.get("next"));
        assertThat(next.get("offset")).isEqualTo(8);

        String epoch = (String) next.get("epoch");
        String tag = (String) next.get("tag");
        Map<String, String> before = Map.of("before", "8", "epoch", epoch, "limit", "2");
        assertThat(offsets(Json.object(history(before).body()))).containsExactly(7, 6);
        Map<String, String> since = Map.of("since", "8", "epoch", epoch, "tag", tag);
        Map<String, Object> rest = Json.object(history(since).body());
        assertThat(offsets(rest)).containsExactly(9, 10);
        assertThat(rest).doesNotContainKey("next");

        Response both = history(Map.of("since", "8", "before", "9", "epoch", epoch, "tag", tag));
        assertThat(both.status()).isEqualTo(400);
        assertThat(text(both)).contains("\"field\":\"before\"");
    }

    private static List<Object> offsets(Map<String, Object> answer) {
        return ((List<?>) requireNonNull(answer.get("publications")))
                .stream().<Object>map(each -> ((Map<?, ?>) each).get("offset")).toList();
    }

    @Test
    void saysWhenWhatWasMissedIsNotKnown() throws Exception {
        publish("{\"channel\":\"orders:1\",\"data\":1}");

        assertThat(text(history(Map.of("since", "1", "epoch", "another", "tag", "x"))))
                .contains("\"recovered\":false");
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoch", "tag"})
    void refusesAPositionWithoutItsOffset(String part) throws Exception {
        Response response = history(Map.of(part, "x"));
        assertThat(response.status()).isEqualTo(400);
        assertThat(text(response)).contains("\"field\":\"" + part + "\"");
    }

    @Test
    void aResetDropsTheHistoryAndAnswersWhereItBeginsAnew() throws Exception {
        publish("{\"channel\":\"orders:1\",\"data\":1}");

        Response response =
                call("POST", "/api/v1/channels/{name}/reset", Map.of("name", "orders:1"), "");

        assertThat(Json.object(response.body()))
                .containsEntry("offset", 0)
                .containsEntry("tag", "");
        assertThat(text(history(Map.of()))).contains("\"publications\":[]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "^^ | body",
                "not json | body",
                "[] | body",
                "{'channel':'orders:1','data':1} x | body",
                "{'channel':'orders:1','data':'\\ud83d'} | body",
                "{'channel':'orders:1','data':{'\\ude00':1}} | body",
                "{'channel':'orders:1','data':1,'event':'\\ud83d'} | body",
                "{'data':1} | channel",
                "{'channel':null,'data':1} | channel",
                "{'channel':7,'data':1} | channel",
                "{'channel':'','data':1} | channel",
                "{'channel':'a b','data':1} | channel",
                "{'channel':'a..b','data':1} | channel",
                "{'channel':'orders:1'} | data",
                "{'channel':'orders:1','data':1,'event':2} | event",
                "{'channel':'orders:1','data':1,'key':''} | key",
            })
    void namesWhatIsWrongWithAPublish(String body, String field) throws Exception {
        Response response = publish(body.replace('\'', '"'));

        assertThat(response.status()).isEqualTo(400);
        assertThat(text(response)).contains("\"field\":\"" + field + "\"");
    }

    @Test
    void takesABodyThatBeginsWithAByteOrderMark() throws Exception {
        assertThat(publish("\ufeff{\"channel\":\"orders:1\",\"data\":\"\u00e9\"}").status())
                .isEqualTo(200);

        assertThat(text(history(Map.of()))).contains("\"data\":\"\u00e9\"");
    }

    @Test
    void namesTheLimitThatAPayloadMeets() throws Exception {
        String data = "x".repeat(64 << 10);

        Response response = publish("{\"channel\":\"orders:1\",\"data\":\"" + data + "\"}");

        assertThat(response.status()).isEqualTo(400);
        assertThat(text(response)).contains("max-message", "65536", "65538").doesNotContain("xxx");
    }

    @Test
    void refusesAnIdempotencyKeyOfAnotherPublication() throws Exception {
        String once = "{\"channel\":\"orders:1\",\"event\":\"paid\",\"data\":1,\"key\":\"k\"}";
        Response first = publish(once);
        assertThat(first.status()).isEqualTo(200);

        for (String other :
                List.of(
                        "{\"channel\":\"orders:1\",\"event\":\"paid\",\"data\":2,\"key\":\"k\"}",
                        "{\"channel\":\"orders:1\",\"event\":\"sent\",\"data\":1,\"key\":\"k\"}")) {
            Response refused = publish(other);
            assertThat(refused.status()).isEqualTo(409);
            assertThat(text(refused)).contains("\"code\":\"conflict\"", "\"field\":\"key\"");
        }

        Response again = publish(once);
        assertThat(again.status()).isEqualTo(200);
        assertThat(text(again)).isEqualTo(text(first));
        assertThat(publish(once.replace("orders:1", "orders:2")).status()).isEqualTo(200);
    }

    @Test
    void namesTheLimitThatAnIdempotencyKeyMeets() throws Exception {
        String key = "k".repeat(129);

        assertThat(text(publish("{\"channel\":\"orders:1\",\"data\":1,\"key\":\"" + key + "\"}")))
                .contains("\"field\":\"key\"", "128", "129");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {"none", "Bearer", "Bearer wrong", "Basic " + KEY, KEY})
    void wantsTheKeyBeforeItReadsAnything(String authorization) throws Exception {
        for (Route route : api.routes().routes()) {
            Response response =
                    route.handler()
                            .handle(
                                    new Request(
                                            route.method(),
                                            new Request.Target("/", Map.of(), Map.of()),
                                            authorization == null
                                                    ? Map.of()
                                                    : Map.of("authorization", authorization),
                                            new byte[0],
                                            "127.0.0.1"));

            assertThat(response.status()).as(route.template()).isEqualTo(401);
            assertThat(response.headers())
                    .contains(new Response.Header("WWW-Authenticate", "Bearer"));
        }
    }

    @Test
    void countsTheSessionsThatAUsersMessageIsHandedTo() throws Exception {
        Response response =
                call(
                        "POST",
                        "/api/v1/users/{id}/send",
                        Map.of("id", "ada"),
                        "{\"type\":\"t\",\"data\":{}}");

        assertThat(text(response)).isEqualTo("{\"sessions\":0,\"waits\":true}");
    }

    @Test
    void wantsATypeForAUsersMessage() throws Exception {
        Response response =
                call("POST", "/api/v1/users/{id}/send", Map.of("id", "ada"), "{\"data\":{}}");

        assertThat(response.status()).isEqualTo(400);
        assertThat(text(response)).contains("\"field\":\"type\"");
    }

    private Response publish(String body) throws Exception {
        return call("POST", "/api/v1/publish", Map.of(), body);
    }

    private Response history(Map<String, String> query) throws Exception {
        return call(
                "GET",
                "/api/v1/channels/{name}/history",
                new Request.Target("/", Map.of("name", "orders:1"), query),
                "");
    }

    private Response call(String method, String template, Map<String, String> parts, String body)
            throws Exception {
        return call(method, template, new Request.Target("/", parts, Map.of()), body);
    }

    private Response call(String method, String template, Request.Target target, String body)
            throws Exception {
        Route route =
                api.routes().routes().stream()
                        .filter(it -> it.method().equals(method) && it.template().equals(template))
                        .findFirst()
                        .orElseThrow();
        return route.handler()
                .handle(
                        new Request(
                                method,
                                target,
                                Map.of("authorization", "Bearer " + KEY),
                                body.getBytes(StandardCharsets.UTF_8),
                                "127.0.0.1"));
    }

    private static String text(Response response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }
}

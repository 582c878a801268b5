// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Access;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Principal;
import dev.fanfare.testkit.TestClient;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// What is larger than the outbox (1 MiB) reaches a client that reads, over every transport.
@Timeout(60)
class LargeMessagesIT {
    private static final int COUNT = 30;
    private static final String TEXT = "x".repeat(60_000);
    private static final String MEGABYTES = "x".repeat(2_000_000);

    private Fanfare node;

    @BeforeEach
    void start() {
        node =
                Fanfare.start(config ->
                        config.port(0)
                                .authenticator(shown ->
                                        shown.token() == null
                                                ? Authenticator.anonymous()
                                                : Authenticator.accept(Principal.of(shown.token())))
                                .channel(
                                        "lobby",
                                        rules ->
                                                rules.subscribe(Access.anyone())
                                                        .history(100, Duration.ofHours(1)))
                                .on("large", (_, _) -> ("\"" + MEGABYTES + "\"").getBytes(UTF_8)));
        for (int n = 0; n < COUNT; n++) {
            node.channel("lobby").publish(n + TEXT).toCompletableFuture().join();
        }
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void aHistoryOfMegabytesComesByPagesAndTheConnectionStays() {
        try (TestClient ada = connect()) {
            List<Integer> seen = new ArrayList<>();
            JsonNode page = asked(ada, 2, "");
            seen.addAll(offsets(page));
            assertThat(seen).hasSizeBetween(1, 5);
            for (int id = 3; page.has("next"); id++) {
                page = asked(ada, id, ",\"since\":" + page.path("next"));
                seen.addAll(offsets(page));
            }
            assertThat(seen).hasSize(COUNT).isSorted().doesNotHaveDuplicates();
            ada.pings().is("pong");
        }
    }

    private static JsonNode asked(TestClient client, int id, String since) {
        String command =
                "{\"type\":\"history\",\"id\":" + id + ",\"channel\":\"lobby\",\"limit\":100";
        client.socket().sends(command + since + "}");
        return client.socket().receivesJson(frame -> frame.path("id").asInt() == id);
    }

    private static List<Integer> offsets(JsonNode page) {
        return page.path("publications")
                .valueStream()
                .map(each -> each.path("offset").asInt())
                .toList();
    }

    @Test
    void aHandlerAnswersTwoMegabytesAgainAndAgain() {
        try (TestClient ada = connect()) {
            for (int id = 0; id < 5; id++) {
                ada.send("large", "1").answers("\"" + MEGABYTES + "\"");
            }
            ada.pings().is("pong");
        }
    }

    @Test
    void severalMessagesOfAlmostAMegabyteInARowReachTheirSession() {
        try (TestClient ada = connect()) {
            for (int n = 0; n < 5; n++) {
                node.user("ada")
                        .send("large", n + "x".repeat(900_000))
                        .toCompletableFuture()
                        .join();
            }
            for (int n = 0; n < 5; n++) {
                assertThat(ada.isTold(TestClient.MESSAGE).path("data").asString())
                        .startsWith(n + "x");
            }
            ada.pings().is("pong");
        }
    }

    @Test
    void anExchangeIsAnsweredWithMegabytes() throws Exception {
        try (ExchangeClient client = new ExchangeClient(node.port())) {
            var answer =
                    client.poll(
                            "/exchange?wait=0",
                            ExchangeClient.CONNECT,
                            "{'type':'send','id':2,'handler':'large','data':1}",
                            "{'type':'send','id':3,'handler':'large','data':1}");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.types()).containsExactly("connected", "reply", "reply");
        }
    }

    private TestClient connect() {
        return TestClient.connect(URI.create("ws://127.0.0.1:" + node.port() + "/ws"), "ada");
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Endpoint;
import dev.fanfare.core.Principal;
import dev.fanfare.engine.Inbox;
import dev.fanfare.testkit.TestClient;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Messages that wait for their user, over the native wire and the HTTP API.
class InboxIT {
    private static final String KEY = "0123456789abcdef0123456789abcdef";
    private static final String[] WITH_KEY = {"Authorization", "Bearer " + KEY};

    @Test
    void whatIsSentToAnAbsentUserIsHandedToTheFirstSessionThatAsks() throws Exception {
        try (Fanfare node = start(Endpoint.UserMessages.AT_ONCE);
                ProbeClient backend = new ProbeClient(node.port())) {
            assertThat(send(backend, 1)).isEqualTo("{\"sessions\":0,\"waits\":true}");
            for (int n = 2; n <= 4; n++) {
                send(backend, n);
            }
            try (TestClient ada = TestClient.connect(uri(node), "ada")) {
                assertThat(send(backend, 5)).isEqualTo("{\"sessions\":1,\"waits\":false}");
                assertThat(ada.isTold(TestClient.MESSAGE).path("data").asInt()).isEqualTo(5);
                JsonNode inbox = ada.inbox().is("inbox");
                assertThat(inbox.path("messages").asInt()).isEqualTo(3);
                assertThat(inbox.path("lost").asInt()).isEqualTo(1);
                for (int n = 2; n <= 4; n++) {
                    JsonNode message = ada.isTold(TestClient.MESSAGE);
                    assertThat(message.path("data").asInt()).isEqualTo(n);
                    assertThat(message.path("event").asString()).isEqualTo("note");
                }
                assertThat(ada.inbox().is("inbox").path("messages").asInt()).isZero();
            }
        }
    }

    @Test
    void atAnEndpointThatSaysSoASessionTakesNothingBeforeItAsks() throws Exception {
        try (Fanfare node = start(Endpoint.UserMessages.WHEN_ASKED);
                ProbeClient backend = new ProbeClient(node.port());
                TestClient ada = TestClient.connect(uri(node), "ada")) {
            assertThat(send(backend, 1)).contains("\"waits\":true");
            node.sessions().getFirst().openInbox().toCompletableFuture().join();
            assertThat(ada.isTold(TestClient.INBOX).path("messages").asInt()).isEqualTo(1);
            assertThat(ada.isTold(TestClient.MESSAGE).path("data").asInt()).isEqualTo(1);
            assertThat(send(backend, 2)).contains("\"sessions\":1");
            assertThat(ada.isTold(TestClient.MESSAGE).path("data").asInt()).isEqualTo(2);
        }
    }

    private static Fanfare start(Endpoint.UserMessages when) {
        return Fanfare.start(config ->
                config.port(0)
                        .apiKey(KEY)
                        .authenticator(shown ->
                                Authenticator.accept(Principal.of(String.valueOf(shown.token()))))
                        .inboxes(new Inbox.Bounds(3, 1_000, Duration.ofHours(1)))
                        .nativeEndpoint(endpoint -> endpoint.userMessages(when)));
    }

    private static URI uri(Fanfare node) {
        return URI.create("ws://127.0.0.1:" + node.port() + "/ws");
    }

    private static String send(ProbeClient backend, int n) throws Exception {
        return backend.post("/api/v1/users/ada/send", "{'type':'note','data':" + n + "}", WITH_KEY)
                .body();
    }
}

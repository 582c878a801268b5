// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Against a script, so that what the client says of a server can be told from what the server is.
final class TestClientIT {
    private static final String CHANNEL = "orders:42";
    private static final String NOTICE =
            "{\"type\":\"gap\",\"channel\":\"orders:42\",\"from\":1,\"to\":" + position(3) + "}";

    private final List<JsonNode> heard = new ArrayList<>();
    private final ScriptedServer server = new ScriptedServer(this::script);

    /// What a subscription is answered with, after the reply.
    private volatile List<String> afterSubscribed = List.of();

    private static String position(long offset) {
        return "{\"epoch\":\"e\",\"offset\":" + offset + ",\"tag\":\"t" + offset + "\"}";
    }

    private static String publication(long offset) {
        return "{\"type\":\"publication\",\"channel\":\"orders:42\",\"offset\":"
                + offset
                + ",\"tag\":\"t"
                + offset
                + "\",\"time\":1,\"data\":{\"n\":"
                + offset
                + "}}";
    }

    private synchronized List<String> script(String text) {
        JsonNode command = JsonMapper.shared().readTree(text);
        heard.add(command);
        String id = ",\"id\":" + command.path("id").asLong();
        return switch (command.path("type").asString("")) {
            case "connect" -> List.of("{\"type\":\"connected\"" + id + ",\"session\":\"s\"}");
            case "subscribe" -> {
                List<String> all = new ArrayList<>();
                boolean asked = command.has("since");
                all.add(
                        "{\"type\":\"subscribed\""
                                + id
                                + ",\"channel\":\"orders:42\",\"position\":"
                                + position(asked ? 2 : 0)
                                + (asked ? ",\"recovered\":true}" : "}"));
                all.addAll(afterSubscribed);
                yield all;
            }
            case "publish" ->
                    List.of("{\"type\":\"published\"" + id + ",\"position\":" + position(1) + "}");
            case "send" ->
                    List.of(
                            "{\"type\":\"ping\"}",
                            "{\"type\":\"error\"" + id + ",\"code\":\"unknown_handler\"}");
            case "ping" -> List.of("{\"type\":\"pong\"" + id + "}");
            case "pong" -> List.of("close 4008");
            default -> List.of();
        };
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void readsAsSentences() {
        afterSubscribed = List.of(publication(1), publication(2), NOTICE);
        try (TestClient ada = TestClient.connect(server.uri(), "token")) {
            ada.subscribe(CHANNEL).isLive();
            assertThat(ada.publish(CHANNEL, "{\"n\":1}").isStored().offset()).isEqualTo(1);
            ada.receives(CHANNEL).withData("{ \"n\": 1 }").at(1).after(0);
            ada.receives(CHANNEL).at(2);
            assertThat(ada.isTold(TestClient.GAP).path("from").asLong()).isEqualTo(1);
            assertThat(ada.position(CHANNEL).offset()).isEqualTo(3);
            ada.hasReceivedNothingIn(CHANNEL);
            ada.send("nobody", "{}").isRefusedWith("unknown_handler");
            ada.isClosedWith(4008);
        }
    }

    @Test
    void doesNotTakeOneAnswerForAnother() {
        try (TestClient ada = TestClient.connect(server.uri(), null)) {
            assertThatThrownBy(() -> ada.publish(CHANNEL, "{}").isLive())
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("published");
            afterSubscribed = List.of(publication(1));
            ada.subscribe(CHANNEL).isLive();
            assertThatThrownBy(() -> ada.receives(CHANNEL).withData("{\"n\":7}"))
                    .isInstanceOf(AssertionError.class);
            ada.subscribe(CHANNEL).isLive();
            assertThatThrownBy(() -> ada.hasReceivedNothingIn(CHANNEL))
                    .isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void resumesFromWhereItWasAndTellsTheChecker() {
        DeliveryChecker checker = new DeliveryChecker();
        afterSubscribed = List.of(publication(1));
        try (TestClient ada = TestClient.open(server.uri(), Handshake.PLAIN, checker, "ada")) {
            ada.connects("token").isConnected();
            ada.subscribe(CHANNEL).isLive();
            ada.receives(CHANNEL).at(1);
            ada.publish(CHANNEL, "{\"n\":1}").isStored();
            afterSubscribed = List.of(publication(2));
            checker.sent(CHANNEL, "{\"n\":2}");
            ada.resume();
            ada.receives(CHANNEL).at(2);
        }
        synchronized (this) {
            assertThat(heard.getLast().path("since").toString()).isEqualTo(position(1));
        }
        assertThat(checker.verify()).isEmpty();
        assertThat(checker.counts()).isEqualTo(new DeliveryChecker.Counts(1, 2, 1, 0, 0));
    }
}

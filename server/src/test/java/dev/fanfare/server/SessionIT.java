// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Authenticator;
import dev.fanfare.core.InvalidMessage;
import dev.fanfare.core.Refusal;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.Received;
import dev.fanfare.testkit.TestClient;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What an application does with single sessions, over the native wire.
class SessionIT {
    record Item(String id) {}

    private static Fanfare start(Consumer<EndpointConfig> endpoint) {
        return Fanfare.start(config -> config.port(0).nativeEndpoint(endpoint));
    }

    private static TestClient connected(Fanfare node) {
        return TestClient.connect(URI.create("ws://127.0.0.1:" + node.port() + "/ws"), null);
    }

    @Test
    void aSessionIsSentAnEventByItsName() {
        try (Fanfare node = start(it -> it.opened(session -> session.send("hi", new Item("a"))));
                TestClient client = connected(node)) {
            JsonNode message = client.isTold(TestClient.MESSAGE);
            assertThat(message.path("event").asString()).isEqualTo("hi");
            assertThat(message.path("data").path("id").asString()).isEqualTo("a");
        }
    }

    @Test
    void everySessionIsSentAnEventByItsName() {
        try (Fanfare node = start(_ -> {});
                TestClient ada = connected(node);
                TestClient grace = connected(node)) {
            assertThat(node.broadcast("hi", new Item("a"))).isEqualTo(2);
            assertThat(ada.isTold(TestClient.MESSAGE).path("event").asString()).isEqualTo("hi");
            assertThat(grace.isTold(TestClient.MESSAGE).path("event").asString()).isEqualTo("hi");
        }
    }

    @Test
    void aChannelIsPublishedToForAllButOneSession() {
        try (Fanfare node =
                        start(it ->
                                it.channel("room")
                                        .on(
                                                "say",
                                                Item.class,
                                                (session, item) ->
                                                        session.channel("room")
                                                                .except(session)
                                                                .publish("said", item)));
                TestClient ada = connected(node);
                TestClient grace = connected(node)) {
            ada.subscribe("room").isLive();
            grace.subscribe("room").isLive();
            ada.send("say", "{\"id\":\"a\"}").is("reply");
            grace.send("say", "{\"id\":\"b\"}").is("reply");

            Received atGrace = grace.receives("room").named("said").withData("{\"id\":\"a\"}");
            Received atAda = ada.receives("room").named("said").withData("{\"id\":\"b\"}");
            assertThat(atAda.offset() - atGrace.offset()).isOne();
            ada.hasReceivedNothingIn("room");
            grace.hasReceivedNothingIn("room");
        }
    }

    @Test
    void aSessionThatHasEndedHasTheChannelsAndTheDataThatItHad() {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        try (Fanfare node =
                start(it ->
                        it.channel("room")
                                .opened(session -> session.data().put("name", "Ada"))
                                .closed((session, _) ->
                                        seen.add(
                                                session.data().get("name")
                                                        + " "
                                                        + session.subscriptions()
                                                                .toCompletableFuture()
                                                                .get())))) {
            try (TestClient client = connected(node)) {
                client.subscribe("room").isLive();
            }
            eventually(() -> assertThat(seen).containsExactly("Ada [room]"));
        }
    }

    @Test
    void aClientThatTheApplicationRejectsIsToldWhyAndDoesNotComeBack() {
        try (Fanfare node =
                        start(it ->
                                it.authenticator(
                                        _ -> Authenticator.reject("not you", new Item("a"))));
                TestClient client =
                        TestClient.open(
                                URI.create("ws://127.0.0.1:" + node.port() + "/ws"),
                                Handshake.PLAIN)) {
            JsonNode error = client.connects("token").isRefusedWith("permission_denied");
            assertThat(error.path("message").asString()).isEqualTo("not you");
            client.isClosedWith(1008);
        }
    }

    @Test
    void hooksOfSeveralKindsAndOfOneAreCalledInOrder() {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        try (Fanfare node =
                start(it ->
                        it.opened(
                                        _ -> {
                                            seen.add("first");
                                            throw new IllegalStateException(
                                                    "a fault of the hook's");
                                        })
                                .opened(_ -> seen.add("second"))
                                .closed((_, _) -> seen.add("third")))) {
            connected(node).close();
            eventually(() -> assertThat(seen).containsExactly("first", "second", "third"));
        }
    }

    @Test
    void anInterceptorSeesEveryMessageAndMayRefuseIt() {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        try (Fanfare node =
                        start(it ->
                                it.use(
                                                Item.class,
                                                (_, name, item) -> {
                                                    seen.add(name + " " + item.id());
                                                    if (item.id().equals("secret")) {
                                                        throw new InvalidMessage(
                                                                Refusal.of(
                                                                        Refusal.Code
                                                                                .PERMISSION_DENIED,
                                                                        "Not you."));
                                                    }
                                                })
                                        .answer("buy", Item.class, (_, item) -> item)
                                        .inline("look", Item.class, (_, _) -> {}));
                TestClient client = connected(node)) {
            client.send("buy", "{\"id\":\"a\"}").answers("{\"id\":\"a\"}");
            client.send("look", "{\"id\":\"b\"}").is("reply");
            client.send("buy", "{\"id\":\"secret\"}").isRefusedWith("permission_denied");
            client.send("nobody", "{\"id\":\"c\"}").isRefusedWith("unknown_handler");
            client.send("buy", "{\"no\":1}").isRefusedWith("bad_request");
            assertThat(List.copyOf(seen))
                    .containsExactly("buy a", "look b", "buy secret", "nobody c");
        }
    }

    @Test
    void anInterceptorRunsWhereTheHandlerDoesAndElseOnAVirtualThread() {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        try (Fanfare node =
                        start(it ->
                                it.use(
                                                Item.class,
                                                (_, name, _) ->
                                                        seen.add(
                                                                name
                                                                        + " "
                                                                        + Thread.currentThread()
                                                                                .isVirtual()))
                                        .on("buy", Item.class, (_, _) -> {})
                                        .inline("look", Item.class, (_, _) -> {}));
                TestClient client = connected(node)) {
            client.send("buy", "{\"id\":\"a\"}").is("reply");
            client.send("look", "{\"id\":\"a\"}").is("reply");
            client.send("nobody", "{\"id\":\"a\"}").isRefusedWith("unknown_handler");
            assertThat(List.copyOf(seen)).containsExactly("buy true", "look false", "nobody true");
        }
    }

    @Test
    void messagesWithoutAHandlerMayHaveOneForAll() {
        try (Fanfare node =
                        start(it ->
                                it.answer("buy", Item.class, (_, item) -> item)
                                        .otherwise(
                                                Item.class,
                                                (_, name, item) -> Map.of(name, item.id())));
                TestClient client = connected(node)) {
            client.send("sell", "{\"id\":\"a\"}").answers("{\"sell\":\"a\"}");
            client.send("buy", "{\"id\":\"b\"}").answers("{\"id\":\"b\"}");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Access;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.testkit.DeliveryChecker;
import dev.fanfare.testkit.FaultProxy;
import dev.fanfare.testkit.Filtered;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.Received;
import dev.fanfare.testkit.TestClient;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Filters over real sockets.
final class FilterIT {
    private static final Filtered DEAR =
            new Filtered(
                    "{\"and\":[{\"field\":\"price\",\"gt\":100},{\"field\":\"symbol\",\"in\":[\"ETH\",\"BTC\"]}]}",
                    json -> json.contains("ETH") && !json.contains("\"price\":100}"));

    private static Fanfare node() {
        return Fanfare.start(config ->
                config.port(0)
                        .channel(
                                "prices",
                                rules ->
                                        rules.history(10_000, Duration.ofMinutes(10))
                                                .publish(Access.anyone()))
                        .channel("plain", rules -> rules.filters(ChannelRules.Filters.REFUSED)));
    }

    private static URI uri(Fanfare node) {
        return URI.create("ws://127.0.0.1:" + node.port() + "/ws");
    }

    @Test
    void onlyWhatPassesComesAndPrevSaysWhatPassedBefore() {
        try (Fanfare node = node();
                TestClient bob = TestClient.connect(uri(node), null);
                TestClient ada = TestClient.connect(uri(node), null)) {
            ada.subscribe("prices", DEAR).isLive();
            bob.publish("prices", "{\"symbol\":\"ETH\",\"price\":100.01}").isStored();
            bob.publish("prices", "{\"symbol\":\"ETH\",\"price\":100}").isStored();
            bob.publish("prices", "{\"symbol\":\"DOGE\",\"price\":1000}").isStored();
            bob.publish("prices", "[\"ETH\"]").isStored();
            bob.publish("prices", "{\"symbol\":\"BTC\",\"price\":1e5}").isStored();
            assertThat(ada.receives("prices").json().path("offset").asLong()).isEqualTo(1);
            Received next = ada.receives("prices");
            assertThat(next.json().path("offset").asLong()).isEqualTo(5);
            assertThat(next.json().path("prev").asLong()).isEqualTo(1);
            ada.hasReceivedNothingIn("prices");
        }
    }

    @Test
    void aBadFilterIsRefusedByNameAndTheConnectionLives() {
        try (Fanfare node = node();
                TestClient ada = TestClient.connect(uri(node), null)) {
            JsonNode error =
                    ada.subscribe(
                                    "prices",
                                    new Filtered("{\"field\":\"a\",\"matches\":\".*\"}", _ -> true))
                            .is("error");
            assertThat(error.path("code").stringValue()).isEqualTo("bad_request");
            assertThat(error.path("field").stringValue()).isEqualTo("filter");
            error = ada.subscribe("plain", DEAR).is("error");
            assertThat(error.path("code").stringValue()).isEqualTo("not_enabled");
            assertThat(error.path("field").stringValue()).isEqualTo("filter");
            ada.subscribe("prices", DEAR).isLive();
        }
    }

    @Test
    void theSixtyFifthDifferentFilterOfAChannelIsRefusedByName() {
        try (Fanfare node = node()) {
            TestClient[] all = new TestClient[66];
            for (int i = 0; i < all.length; i++) {
                all[i] = TestClient.connect(uri(node), null);
                Filtered filter =
                        new Filtered("{\"field\":\"n\",\"eq\":" + i % 65 + ".0}", _ -> true);
                if (i == 64) {
                    JsonNode error = all[i].subscribe("prices", filter).is("error");
                    assertThat(error.path("code").stringValue()).isEqualTo("limit_exceeded");
                    assertThat(error.path("limit").stringValue()).isEqualTo("filters");
                } else {
                    all[i].subscribe("prices", filter).isLive();
                }
            }
            for (TestClient one : all) {
                one.close();
            }
        }
    }

    @Test
    void nothingThatPassesIsLostOverCuts() {
        DeliveryChecker checker = new DeliveryChecker();
        int rounds = 60;
        try (Fanfare node = node();
                FaultProxy network = FaultProxy.to(node.port());
                TestClient bob = TestClient.open(uri(node), Handshake.PLAIN, checker, "bob");
                TestClient even =
                        TestClient.open(
                                network.through(uri(node)), Handshake.PLAIN, checker, "even");
                TestClient rare =
                        TestClient.open(
                                network.through(uri(node)), Handshake.PLAIN, checker, "rare")) {
            bob.connects(null).isConnected();
            even.connects(null).isConnected();
            rare.connects(null).isConnected();
            even.subscribe(
                            "prices",
                            new Filtered(
                                    "{\"field\":\"even\",\"eq\":true}",
                                    json -> json.contains("true")))
                    .isLive();
            rare.subscribe(
                            "prices",
                            new Filtered(
                                    "{\"field\":\"n\",\"in\":[7,77,177]}",
                                    json -> json.matches(".*\"n\":(7|77|177)}")))
                    .isLive();
            for (int n = 0; n < 4 * rounds; n++) {
                String data = "{\"even\":" + (n % 2 == 0) + ",\"n\":" + n + "}";
                bob.publish("prices", data).isStored();
                if (n % 4 == 3) {
                    network.reset();
                    network.heal();
                    resumed(even);
                    resumed(rare);
                }
            }
            eventually(
                    () -> assertThat(even.position("prices").offset()).isEqualTo(4L * rounds - 1));
            eventually(() -> assertThat(rare.position("prices").offset()).isEqualTo(178));
        }
        assertThat(checker.verify()).isEmpty();
        assertThat(checker.counts().recovered()).isGreaterThan(rounds);
        assertThat(checker.counts().delivered()).isEqualTo(2L * rounds + 3);
    }

    private static void resumed(TestClient client) {
        eventually(client::resume);
    }
}

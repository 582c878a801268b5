// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Access;
import dev.fanfare.testkit.DeliveryChecker;
import dev.fanfare.testkit.FaultProxy;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.TestClient;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Recovery over real sockets, through a bad network.
final class RecoveryIT {
    private static Fanfare node() {
        return Fanfare.start(config ->
                config.port(0)
                        .channel(
                                "news",
                                rules ->
                                        rules.history(10_000, Duration.ofMinutes(10))
                                                .publish(Access.anyone())));
    }

    private static URI uri(Fanfare node) {
        return URI.create("ws://127.0.0.1:" + node.port() + "/ws");
    }

    @Test
    void nothingIsLostWhereverARecoveryIsCut() {
        DeliveryChecker checker = new DeliveryChecker();
        try (Fanfare node = node();
                FaultProxy network = FaultProxy.to(node.port());
                TestClient bob = TestClient.open(uri(node), Handshake.PLAIN, checker, "bob");
                TestClient ada =
                        TestClient.open(
                                network.through(uri(node)), Handshake.PLAIN, checker, "ada")) {
            bob.connects(null).isConnected();
            ada.connects(null).isConnected();
            ada.subscribe("news").isLive();
            int published = 0;
            for (int cutAfter = 1; cutAfter < 1_600; cutAfter += 13) {
                network.reset();
                for (int i = 0; i < 6; i++) {
                    bob.publish("news", "{\"n\":" + published++ + "}").isStored();
                }
                network.toClient().slice(1 + cutAfter % 50).limit(cutAfter);
                tryToResume(ada);
                network.heal();
            }
            ada.resume();
            bob.publish("news", "{\"n\":" + published + "}").isStored();
            long last = published + 1L;
            eventually(() -> assertThat(ada.position("news").offset()).isEqualTo(last));
        }
        assertThat(checker.verify()).isEmpty();
        assertThat(checker.counts().recovered()).isGreaterThan(50);
    }

    /// The network may fail at any byte of this: of the handshake, the replies, what was missed.
    private static void tryToResume(TestClient client) {
        try {
            client.resume();
        } catch (AssertionError | RuntimeException cut) {
            assertThat(cut).isNotNull();
        }
    }

    @Test
    void fiftyClientsThatAreCutAgainAndAgainMissNothing() throws Exception {
        DeliveryChecker checker = new DeliveryChecker();
        int publications = 2_000;
        List<Thread> followers = new ArrayList<>();
        try (Fanfare node = node();
                FaultProxy network = FaultProxy.to(node.port());
                TestClient bob = TestClient.open(uri(node), Handshake.PLAIN, checker, "bob")) {
            bob.connects(null).isConnected();
            for (int i = 0; i < 50; i++) {
                TestClient client =
                        TestClient.open(
                                network.through(uri(node)), Handshake.PLAIN, checker, "client" + i);
                client.connects(null).isConnected();
                client.subscribe("news").isLive();
                followers.add(Thread.startVirtualThread(() -> follow(client, publications)));
            }
            for (int i = 0; i < publications; i++) {
                bob.publish("news", "{\"n\":" + i + "}").isStored();
                if (i % 100 == 50) {
                    network.cut();
                }
            }
            for (Thread follower : followers) {
                assertThat(follower.join(Duration.ofSeconds(60))).isTrue();
            }
        }
        assertThat(checker.verify()).isEmpty();
        assertThat(checker.counts().delivered()).isEqualTo(50L * publications);
        assertThat(checker.counts().recovered()).isGreaterThan(100);
    }

    /// Follows the channel through every cut to its last publication.
    private static void follow(TestClient client, long last) {
        while (client.position("news").offset() < last) {
            try {
                client.receives("news");
            } catch (AssertionError cut) {
                tryToResume(client);
            }
        }
        client.close();
    }
}

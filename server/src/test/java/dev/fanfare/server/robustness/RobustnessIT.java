// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.robustness;

import static dev.fanfare.server.robustness.House.LOUNGE;
import static dev.fanfare.server.robustness.House.NEWS;
import static dev.fanfare.server.robustness.House.TICKER;
import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.core.Limits;
import dev.fanfare.testkit.FaultProxy;
import dev.fanfare.testkit.Handshake;
import dev.fanfare.testkit.NoLeaks;
import dev.fanfare.testkit.WebSocketClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Clients that are killed, fall silent, stop reading, flood, come and go: afterwards the node
/// holds what it held before, and healthy clients have had everything in order.
@ExtendWith(NoLeaks.class)
class RobustnessIT {
    private static final Limits LIMITS = Limits.DEFAULT.outbox(256 << 10);
    private static final Limits.Heartbeat QUICK =
            new Limits.Heartbeat(Duration.ofMillis(500), Duration.ofMillis(500));

    /// A client that is felt soon when it does not read.
    private static final Handshake NARROW = Handshake.PLAIN.receiveBuffer(4 << 10);

    private static final int LARGE = 16 << 10;

    /// Heap that a session may take whose answers nobody reads, of 150 MB that it tries to send.
    private static final long OF_A_FLOOD = 16 << 20;

    @Test
    void clientsThatAreKilledLeaveNothingBehind() throws Exception {
        among(
                LIMITS,
                house -> {
                    Footprint before = Footprint.of(house);
                    List<WebSocketClient> victims = new ArrayList<>();
                    for (int i = 0; i < 50; i++) {
                        victims.add(guest(house, "victim-" + i));
                    }
                    Footprint during = Footprint.of(house);
                    assertThat(during.sessions()).isEqualTo(before.sessions() + 50);
                    assertThat(during.members()).isEqualTo(50);

                    victims.forEach(WebSocketClient::reset);
                    house.publish(NEWS, 50, 100);

                    asBefore(house, before);
                });
    }

    @Test
    void aHalfOpenClientIsGoneAfterItsHeartbeatAndASilentOneThatAnswersStays() throws Exception {
        among(
                LIMITS.heartbeat(QUICK),
                house -> {
                    Footprint before = Footprint.of(house);
                    try (FaultProxy network = FaultProxy.to(house.port());
                            FaultProxy well = FaultProxy.to(house.port())) {
                        Listener lost =
                                house.listener(network.through(house.uri()), "lost", LOUNGE);
                        Listener silent =
                                house.listener(well.through(house.uri()), "silent", LOUNGE);

                        network.blackHole();

                        sessions(house, before.sessions() + 1);
                        // The control: it, too, says nothing but what a heartbeat asks for.
                        silent.client().isOpen();
                        lost.close();
                        silent.close();
                    }
                    asBefore(house, before);
                });
    }

    @Test
    void aClientThatStopsReadingIsCutAndTheOthersHaveEverything() throws Exception {
        among(
                LIMITS,
                house -> {
                    Footprint before = Footprint.of(house);
                    WebSocketClient slow = House.connect(house.uri(), "slow", NARROW);
                    House.subscribe(slow, NEWS);
                    slow.stopsReading();

                    for (int i = 0; i < 100 && house.hub().counts().slowClosed() == 0; i++) {
                        house.publish(NEWS, 10, LARGE);
                    }

                    assertThat(house.hub().counts().slowClosed()).isEqualTo(1);
                    slow.resumesReading();
                    slow.isClosedWith(4008, House.LONG);
                    slow.close();
                    asBefore(house, before);
                });
    }

    @Test
    void aClientThatStopsReadingForAMomentIsForgiven() throws Exception {
        among(
                LIMITS,
                house -> {
                    Listener listener = house.listener(house.uri(), "moment", NEWS);
                    listener.client().stopsReading();
                    house.publish(NEWS, 20, 1_000);
                    listener.client().resumesReading();
                    house.nobodyElseHasNoticed();
                    listener.client().isOpen();
                    listener.close();
                });
    }

    @Test
    void aClientThatStopsReadingASkippingChannelIsToldExactlyWhatItMissed() throws Exception {
        among(
                LIMITS,
                house -> {
                    Footprint before = Footprint.of(house);
                    WebSocketClient client = House.connect(house.uri(), "slow", NARROW);
                    Listener slow =
                            new Listener(client, house.checker.subscriber("slow", TICKER), TICKER);
                    client.stopsReading();
                    house.publish(TICKER, 1_000, LARGE);

                    client.resumesReading();

                    eventually(
                            House.LONG,
                            () -> assertThat(house.checker.counts().gaps()).isPositive());
                    house.nobodyElseHasNoticed();
                    client.isOpen();
                    slow.close();
                    asBefore(house, before);
                });
    }

    @Test
    void aPingFloodIsCut() throws Exception {
        among(
                LIMITS,
                house -> {
                    Footprint before = Footprint.of(house);
                    WebSocketClient flood = guest(house, "flood");
                    byte[] pings = repeat(new byte[] {(byte) 0x89, (byte) 0x80, 0, 0, 0, 0}, 5_000);

                    flood.sendsRaw(pings);

                    flood.isClosedWith(4013, House.LONG);
                    flood.close();
                    asBefore(house, before);
                });
    }

    @Test
    void fewPingsAreAnswered() throws Exception {
        among(
                LIMITS,
                house -> {
                    try (WebSocketClient client = guest(house, "few")) {
                        for (byte i = 0; i < 5; i++) {
                            client.pings(new byte[] {i});
                            assertThat(client.receivesPong()).containsExactly(i);
                        }
                        client.isOpen();
                    }
                });
    }

    @Test
    void aFloodOfCommandsWhoseAnswersNobodyReadsIsHeldBack() throws Exception {
        among(
                LIMITS,
                house -> {
                    Footprint before = Footprint.of(house);
                    WebSocketClient flood = House.connect(house.uri(), "flood", NARROW);
                    flood.stopsReading();
                    byte[] burst = repeat(masked("{\"type\":\"ping\",\"id\":7}"), 5_000);

                    Thread sender = Thread.ofVirtual().start(() -> sendUntilHeldBack(flood, burst));
                    for (int i = 0; i < 20; i++) {
                        house.publish(NEWS, 10, 1_000);
                        Footprint.of(house).takesNoMoreThan(before, OF_A_FLOOD);
                    }

                    flood.reset();
                    sender.join();
                    asBefore(house, before);
                });
    }

    @Test
    void tenThousandConnectionsThatComeAndGoLeaveNothingBehind() throws Exception {
        among(
                LIMITS,
                house -> {
                    cycles(house, 1_000);
                    sessions(house, house.size());
                    Footprint before = Footprint.of(house);

                    cycles(house, 10_000);

                    house.publish(NEWS, 10, 100);
                    asBefore(house, before);
                });
    }

    /// The control: were sessions left behind, the footprint would tell.
    @Test
    void aTenthOfThemLeftOpenIsNoticed() throws Exception {
        among(
                LIMITS,
                house -> {
                    cycles(house, 600);
                    sessions(house, house.size());
                    Footprint before = Footprint.of(house);
                    List<WebSocketClient> left = new ArrayList<>();
                    for (int i = 0; i < 1_000; i++) {
                        WebSocketClient client =
                                House.connect(house.uri(), "left-" + i, Handshake.PLAIN);
                        House.subscribe(client, NEWS);
                        left.add(client);
                    }

                    Footprint with = Footprint.of(house);

                    assertThatThrownBy(() -> with.isAsBefore(before))
                            .isInstanceOf(AssertionError.class);
                    assertThatThrownBy(() -> with.takesNoMoreThan(before))
                            .isInstanceOf(AssertionError.class);
                    left.forEach(WebSocketClient::close);
                });
    }

    private interface Scene {
        void play(House house) throws Exception;
    }

    /// Among healthy clients, who are published to before and after as well.
    private static void among(Limits limits, Scene scene) throws Exception {
        try (House house = new House(limits)) {
            house.healthy(5, NEWS);
            house.healthy(2, TICKER);
            house.publish(NEWS, 10, 100);
            house.publish(TICKER, 10, 100);
            scene.play(house);
            house.publish(NEWS, 10, 100);
            house.publish(TICKER, 10, 100);
            house.nobodyElseHasNoticed();
            assertThat(house.checker.counts().delivered()).isGreaterThanOrEqualTo(140);
        }
    }

    /// Someone in the lounge.
    private static WebSocketClient guest(House house, String user) {
        WebSocketClient client = House.connect(house.uri(), user, Handshake.PLAIN);
        House.subscribe(client, LOUNGE);
        return client;
    }

    private static void sessions(House house, int expected) {
        eventually(
                House.LONG, () -> assertThat(house.hub().counts().sessions()).isEqualTo(expected));
    }

    private static void asBefore(House house, Footprint before) throws Exception {
        eventually(House.LONG, () -> Footprint.of(house).isAsBefore(before));
        eventually(House.LONG, () -> Footprint.of(house).takesNoMoreThan(before));
    }

    /// Connections that end in each of the ways there are.
    private static void cycles(House house, int count) throws Exception {
        int hands = 4;
        try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Void>> done = new ArrayList<>();
            for (int hand = 0; hand < hands; hand++) {
                String name = "passer-by-" + hand;
                Callable<Void> work =
                        () -> {
                            for (int i = 0; i < count / hands; i++) {
                                cycle(guest(house, name), i);
                            }
                            return null;
                        };
                done.add(all.submit(work));
            }
            for (Future<Void> hand : done) {
                hand.get();
            }
        }
    }

    private static void cycle(WebSocketClient client, int number) {
        switch (number % 3) {
            case 0 -> client.closes(1000, "");
            case 1 -> client.reset();
            default -> {}
        }
        client.close();
    }

    /// Blocks as soon as the server reads no more, until the connection is gone.
    private static void sendUntilHeldBack(WebSocketClient client, byte[] burst) {
        try {
            for (int i = 0; i < 1_000; i++) {
                client.sendsRaw(burst);
            }
        } catch (UncheckedIOException reset) {
            assertThat(reset.getCause()).isInstanceOf(IOException.class);
        }
    }

    /// A frame whose mask is zero.
    private static byte[] masked(String text) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(0x81);
        frame.write(0x80 | text.length());
        frame.writeBytes(new byte[4]);
        frame.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        return frame.toByteArray();
    }

    private static byte[] repeat(byte[] piece, int times) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }
}

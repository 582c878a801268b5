// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.engine.Content;
import dev.fanfare.testkit.WebSocketClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a client costs that takes and does not give.
class BoundsIT {
    private static final String KILOBYTE = '"' + "x".repeat(1_022) + '"';
    private static final int OUTBOX = 1 << 20;

    private static void flood(House house) {
        for (int i = 0; i < 4_000 && house.io.connections() > 0; i++) {
            house.publish("news", null, KILOBYTE);
            assertThat(house.io.waiting()).isLessThan(OUTBOX + (64 << 10));
        }
    }

    @Test
    void aPollerThatNeverPollsIsClosedWhenItIsTooFarBehind() {
        try (House house = House.open();
                Poller poller = Poller.open(house.url()).connected("40")) {
            poller.post("420[\"join\",\"news\"]");
            assertThat(poller.poll().body()).isEqualTo("430[true]");
            flood(house);

            eventually(() -> assertThat(house.io.connections()).isZero());
            assertThat(house.fanfare.hub().counts().slowClosed()).isOne();
            assertThat(house.io.waiting()).isZero();
            assertThat(poller.poll().statusCode()).isEqualTo(400);
        }
    }

    @Test
    void whatASessionIsSentAloneIsBoundedToo() {
        try (House house = House.open();
                Poller poller = Poller.open(house.url()).connected("40")) {
            for (int i = 0; i < 20_000; i++) {
                house.with(session -> session.send(Content.of(House.json(KILOBYTE))));
            }

            eventually(() -> assertThat(house.io.connections()).isZero());
            assertThat(poller.poll().statusCode()).isEqualTo(400);
        }
    }

    @Test
    void aPollerThatDoesNotReadItsAnswersIsClosedToo() throws Exception {
        try (House house = House.open();
                Poller poller = Poller.open(house.url()).connected("40")) {
            poller.post("420[\"join\",\"news\"]");
            assertThat(poller.poll().body()).isEqualTo("430[true]");
            try (RawHttp deaf = new RawHttp(house.fanfare.port())) {
                String poll = "GET /socket.io/" + poller.mine() + " HTTP/1.1\r\nHost: x\r\n\r\n";
                for (int i = 0; i < 20_000 && house.io.connections() > 0; i++) {
                    deaf.send(i % 20 == 0 && i < 8_000 ? poll : "");
                    house.publish("news", null, KILOBYTE);
                    assertThat(house.io.waiting()).isLessThan(2 * OUTBOX);
                }
                eventually(() -> assertThat(house.io.connections()).isZero());
            }
        }
    }

    @Test
    void aSlowWebSocketIsClosedAndAPollerBesideItIsNot() {
        try (House house = House.open();
                Poller poller = Poller.open(house.url()).connected("40");
                WebSocketClient slow =
                        WebSocketClient.open(
                                poller.socket("?EIO=4&transport=websocket"),
                                dev.fanfare.testkit.Handshake.PLAIN.receiveBuffer(4_096))) {
            slow.receivesText();
            slow.sends("40");
            slow.receivesText();
            slow.receivesText();
            slow.sends("420[\"join\",\"news\"]");
            assertThat(slow.receivesText()).isEqualTo("430[true]");
            slow.stopsReading();
            for (int i = 0; i < 8_000 && house.io.connections() > 1; i++) {
                house.publish("news", null, KILOBYTE);
            }

            eventually(() -> assertThat(house.io.connections()).isOne());
            poller.post("420[\"message-with-ack\",1]");
            assertThat(poller.poll().body()).isEqualTo("430[1]");
        }
    }

    @Test
    void connectionsThatEnterNoNamespaceCountAgainstTheirAddress() {
        try (House house = House.open();
                Poller poller = Poller.at(house.url())) {
            HttpResponse<String> last = poller.get("?EIO=4&transport=polling");
            for (int i = 0; i < 100; i++) {
                last = poller.get("?EIO=4&transport=polling");
            }
            assertThat(last.statusCode()).isEqualTo(429);
            assertThat(house.io.connections()).isEqualTo(100);
        }
    }

    @Test
    void aRequestForAConnectionThatIsNotThereLeavesNothing() {
        try (House house = House.open();
                Poller poller = Poller.at(house.url())) {
            for (String sid : List.of("x", "y".repeat(2_000), "..%2f")) {
                HttpResponse<String> response =
                        poller.send(
                                poller.request("?EIO=4&transport=polling&sid=" + sid)
                                        .POST(HttpRequest.BodyPublishers.ofString("4")));
                assertThat(response.statusCode()).isEqualTo(400);
            }
            assertThat(house.io.connections()).isZero();
        }
    }

    @Test
    void aPayloadOfTooManyControlPacketsClosesTheConnection() {
        try (House house = House.open();
                Poller poller = Poller.open(house.url()).connected("40")) {
            String packet = "6" + Poller.SEPARATOR;

            assertThat(poller.post(packet.repeat(300) + "6").statusCode()).isEqualTo(400);
            assertThat(house.io.connections()).isZero();
        }
    }
}

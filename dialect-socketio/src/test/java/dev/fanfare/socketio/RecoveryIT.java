// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.testkit.ManualClock;
import dev.fanfare.testkit.WebSocketClient;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Connection state recovery, as a client does it that knows the protocol.
class RecoveryIT {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration WINDOW = Duration.ofMinutes(2);

    private final ManualClock clock = new ManualClock();
    private final House house = House.open(clock, io -> io.recovery("/", WINDOW));

    @AfterEach
    void close() {
        house.close();
    }

    /// What a client remembers.
    private final class Client implements AutoCloseable {
        final WebSocketClient socket;
        final List<String> events = new ArrayList<>();
        String sid = "";
        String pid = "";
        String offset = "";

        Client(String query, String connect) {
            socket =
                    WebSocketClient.open(
                            URI.create(
                                    house.url().replaceFirst("http", "ws")
                                            + "?EIO=4&transport=websocket"
                                            + query));
            socket.receivesText();
            socket.sends("40" + connect);
            String welcome = socket.receivesText();
            assertThat(welcome).startsWith("40{");
            JsonNode said = JSON.readTree(welcome.substring(2));
            sid = said.get("sid").asString();
            pid = said.get("pid").asString();
        }

        Client joins(String channel) {
            socket.sends("427[\"join\",\"" + channel + "\"]");
            String got = socket.receivesText();
            while (!got.equals("437[true]")) {
                take(got);
                got = socket.receivesText();
            }
            return this;
        }

        /// The next publication, as `channel:data`.
        String next() {
            int had = events.size();
            while (events.size() == had) {
                take(socket.receivesText());
            }
            return events.getLast();
        }

        private void take(String text) {
            if (text.startsWith("42[\"auth\"")) {
                return;
            }
            assertThat(text).startsWith("42[");
            JsonNode array = JSON.readTree(text.substring(2));
            events.add(array.get(0).asString() + ':' + array.get(1));
            offset = array.get(2).asString();
        }

        String back() {
            return offset.isEmpty()
                    ? "{\"pid\":\"" + pid + "\"}"
                    : "{\"pid\":\"" + pid + "\",\"offset\":\"" + offset + "\"}";
        }

        Client isLost() {
            socket.reset();
            eventually(() -> assertThat(house.io.connections()).isZero());
            return this;
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    private Client came() {
        return new Client("", "");
    }

    private static List<String> of(String channel, int from, int to) {
        List<String> expected = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            expected.add(channel + ':' + i);
        }
        return expected;
    }

    private void publish(String channel, int from, int to) {
        for (int i = from; i <= to; i++) {
            house.publish(channel, null, String.valueOf(i));
        }
    }

    @Test
    void whatWasMissedFollowsOnceAndInOrder() {
        try (Client client = came().joins("news")) {
            publish("news", 1, 3);
            client.next();
            client.next();
            assertThat(client.next()).isEqualTo("news:3");
            client.isLost();
            publish("news", 4, 300);

            try (Client again = new Client("", client.back())) {
                assertThat(again.sid).isEqualTo(client.sid);
                assertThat(again.pid).isEqualTo(client.pid);
                publish("news", 301, 302);
                while (again.events.size() < 299) {
                    again.next();
                }
                assertThat(again.events).isEqualTo(of("news", 4, 302));
                assertThat(
                                SocketIo.recovered(house.fanfare.sessions().getFirst())
                                        .toCompletableFuture()
                                        .join())
                        .isTrue();
            }
        }
    }

    @Test
    void oneOffsetPlacesTheClientInAllItsChannels() {
        try (Client client = came().joins("news").joins("room:a").joins("room:b")) {
            publish("news", 1, 2);
            client.next();
            client.next();
            publish("room:a", 1, 1);
            client.next();
            publish("news", 3, 3);
            client.next();
            String there = client.back();
            // These are written, but the client says that it has not seen them.
            publish("room:a", 2, 2);
            client.next();
            publish("room:b", 1, 1);
            client.next();
            client.isLost();
            publish("news", 4, 4);

            try (Client again = new Client("", there)) {
                assertThat(again.sid).isEqualTo(client.sid);
                again.next();
                again.next();
                again.next();
                assertThat(again.events)
                        .containsExactlyInAnyOrder("room:a:2", "room:b:1", "news:4");
            }
        }
    }

    @Test
    void aClientThatSawNothingYetMissesNothing() {
        try (Client client = came().joins("news")) {
            client.isLost();
            publish("news", 1, 2);
            try (Client again = new Client("", client.back())) {
                assertThat(again.next()).isEqualTo("news:1");
                again.isLost();
                // And again, with nothing but the offset that it came to have.
                publish("news", 3, 3);
                try (Client third = new Client("", again.back())) {
                    third.next();
                    third.next();
                    assertThat(third.events).isEqualTo(of("news", 2, 3));
                    third.isLost();
                    try (Client fourth = new Client("", third.back())) {
                        publish("news", 4, 4);
                        assertThat(fourth.next()).isEqualTo("news:4");
                    }
                }
            }
        }
    }

    @Test
    void aClientThatComesBackBeforeItsLossWasNoticedTakesOver() {
        try (Client client = came().joins("news")) {
            publish("news", 1, 1);
            client.next();
            try (Client again = new Client("", client.back())) {
                assertThat(again.sid).isEqualTo(client.sid);
                client.socket.isClosed();
                publish("news", 2, 2);
                assertThat(again.next()).isEqualTo("news:2");
                assertThat(house.fanfare.sessions()).hasSize(1);
            }
        }
    }

    @Test
    void itWorksAcrossTransports() {
        try (Client client = came().joins("news")) {
            publish("news", 1, 1);
            client.next();
            client.isLost();
            publish("news", 2, 3);
            try (Poller poller = Poller.open(house.url())) {
                poller.post("40" + client.back());
                StringBuilder got = new StringBuilder();
                while (!got.toString().contains("\"news\",3")) {
                    got.append(poller.poll().body()).append(Poller.SEPARATOR);
                }
                List<String> packets =
                        Arrays.asList(got.toString().split(Poller.SEPARATOR)).stream()
                                .filter(packet -> !packet.contains("auth"))
                                .toList();
                assertThat(packets.getFirst()).contains(client.sid).contains(client.pid);
                assertThat(packets.get(1)).startsWith("42[\"news\",2,\"");
                assertThat(packets.get(2)).startsWith("42[\"news\",3,\"");
            }
        }
    }

    private void isAnew(Client before, Client after) {
        assertThat(after.pid).isNotEqualTo(before.pid);
        publish("news", 100, 100);
        after.socket.sends("429[\"message-with-ack\"]");
        String got = after.socket.receivesText();
        while (got.startsWith("42[\"auth\"")) {
            got = after.socket.receivesText();
        }
        assertThat(got).as("no channel is restored, and nothing follows").isEqualTo("439[]");
    }

    @Test
    void afterTheWindowASessionBeginsAnew() {
        try (Client client = came().joins("news").isLost()) {
            clock.advance(WINDOW.plusSeconds(1));
            try (Client again = new Client("", client.back())) {
                isAnew(client, again);
            }
        }
    }

    @Test
    void whatIsNotKeptAnyMoreMakesASessionBeginAnew() {
        try (Client client = came().joins("news")) {
            publish("news", 1, 1);
            client.next();
            client.isLost();
            publish("news", 2, 1_100);
            try (Client again = new Client("", client.back())) {
                isAnew(client, again);
            }
        }
    }

    @Test
    void anOffsetThatNobodySentMakesASessionBeginAnew() {
        try (Client client = came().joins("news").isLost()) {
            client.offset = "AAAAAAAA.1.x";
            try (Client again = new Client("", client.back())) {
                isAnew(client, again);
            }
        }
    }

    @Test
    void anotherUserDoesNotComeBackToIt() {
        try (Client client = new Client("&token=ada", "").joins("news").isLost();
                Client other = new Client("&token=bob", client.back())) {
            isAnew(client, other);
        }
    }

    @Test
    void whoHasLeftDoesNotComeBackToIt() {
        try (Client client = came().joins("news")) {
            client.socket.sends("41");
            eventually(() -> assertThat(house.fanfare.sessions()).isEmpty());
            try (Client again = new Client("", client.back())) {
                isAnew(client, again);
            }
        }
    }

    @Test
    void aSecretThatNobodyHasIsNoWayIn() {
        try (Client again = new Client("", "{\"pid\":\"guessed\",\"offset\":\"x\"}")) {
            assertThat(again.pid).isNotEqualTo("guessed").hasSizeGreaterThanOrEqualTo(22);
        }
    }

    @Test
    void anEventOfASessionsOwnThatEndsInATextIsNotTakenForAnOffset() {
        try (Client client = came()) {
            client.socket.sends("42[\"message\",\"x\"]");
            String got = client.socket.receivesText();
            while (got.startsWith("42[\"auth\"")) {
                got = client.socket.receivesText();
            }
            assertThat(got).isEqualTo("42[\"message-back\",\"x\",null]");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.apps.TestPostgres;
import dev.fanfare.testkit.WebSocketClient;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.json.JsonMapper;

/// How changes arrive: all of them, in order, the newest last, and soon.
///
/// The full numbers are `-Dkyc.transactions=10000 -Dkyc.subscribers=100 -Dkyc.rounds=50
/// -Dkyc.updates=100`; by default there are fewer.
@ExtendWith(TestPostgres.class)
class KycDeliveryIT {
    private static final int TRANSACTIONS = Integer.getInteger("kyc.transactions", 2_000);
    private static final int SUBSCRIBERS = Integer.getInteger("kyc.subscribers", 25);
    private static final int ROUNDS = Integer.getInteger("kyc.rounds", 3);
    private static final int UPDATES = Integer.getInteger("kyc.updates", 20);
    private static final int RACERS = 200;
    private static final Duration LONG = Duration.ofSeconds(60);

    /// Changes alice's row, each time in a transaction of its own; the time is the number.
    private static void write(int from, int to) throws SQLException {
        try (Connection connection = TestPostgres.pool().getConnection();
                PreparedStatement update =
                        connection.prepareStatement(
                                "update kyc_status set updated_at = timestamptz '2000-01-01Z'"
                                        + " + ? * interval '1 second' where user_id = 'alice'")) {
            for (int number = from; number < to; number++) {
                update.setInt(1, number);
                update.executeUpdate();
            }
        }
    }

    private static int number(String frame) {
        String timestamp =
                JsonMapper.shared().readTree(frame).path("data").path("timestamp").asString();
        return (int)
                Duration.between(
                                java.time.Instant.parse("2000-01-01T00:00:00Z"),
                                java.time.Instant.parse(timestamp))
                        .toSeconds();
    }

    private static List<Integer> numbers(WebSocketClient client) {
        return client.waiting().stream().map(KycDeliveryIT::number).toList();
    }

    /// Takes what the client is sent, up to that number.
    private static void awaits(WebSocketClient client, int number) {
        int came = number(client.receivesText());
        while (came != number) {
            came = number(client.receivesText());
        }
    }

    @Test
    void s0_18_underLoadEveryTransactionArrivesInOrderAtEverySubscriber() throws SQLException {
        try (KycNode node = new KycNode()) {
            List<WebSocketClient> clients =
                    IntStream.range(0, SUBSCRIBERS).mapToObj(_ -> node.watches("alice")).toList();
            write(0, TRANSACTIONS);
            List<Integer> all = IntStream.range(0, TRANSACTIONS).boxed().toList();
            for (WebSocketClient client : clients) {
                eventually(LONG, () -> assertThat(client.waiting()).hasSize(TRANSACTIONS));
                assertThat(numbers(client)).isEqualTo(all);
            }
        }
    }

    @Test
    void s0_05_whoSubscribesWhileTheRowChangesEndsOnItsLastValueAndNeverGoesBack()
            throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            try (KycNode node = new KycNode()) {
                write(0, 1);
                AtomicBoolean stop = new AtomicBoolean();
                int[] last = {1};
                WebSocketClient first = node.watches("alice");
                Thread writer =
                        Thread.ofPlatform()
                                .start(() -> {
                                    while (!stop.get()) {
                                        try {
                                            write(last[0], last[0] + 20);
                                            last[0] += 20;
                                        } catch (SQLException e) {
                                            throw new IllegalStateException(e);
                                        }
                                        // As fast as one subscriber hears of it, and no faster:
                                        // who is too slow for a flood is closed, and not the
                                        // matter here.
                                        awaits(first, last[0] - 1);
                                    }
                                });
                List<WebSocketClient> clients = new ArrayList<>();
                for (int i = 0; i < RACERS; i++) {
                    clients.add(KycNode.subscribes(node.connect(), "alice"));
                }
                stop.set(true);
                writer.join();
                for (WebSocketClient client : clients) {
                    eventually(
                            LONG, () -> assertThat(numbers(client)).last().isEqualTo(last[0] - 1));
                    assertThat(numbers(client)).as("round " + round).isSorted();
                }
            }
        }
    }

    /// Prints, and does not judge: that is for a quiet machine.
    @Test
    void s0_10_howLongAnUpdateTakesToTheSocket() throws SQLException {
        try (KycNode node = new KycNode()) {
            WebSocketClient client = node.watches("alice");
            long[] took = new long[UPDATES];
            for (int i = 0; i < UPDATES; i++) {
                long from = System.nanoTime();
                write(i, i + 1);
                assertThat(number(client.receivesText())).isEqualTo(i);
                took[i] = (System.nanoTime() - from) / 1_000;
            }
            Arrays.sort(took);
            System.out.printf(
                    "kyc: from before an UPDATE to its frame, median of %d: %.2f ms, most %.2f ms%n",
                    UPDATES, took[UPDATES / 2] / 1e3, took[UPDATES - 1] / 1e3);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import static dev.fanfare.apps.kyc.KycNode.error;
import static dev.fanfare.apps.kyc.KycNode.status;
import static dev.fanfare.apps.kyc.KycNode.subscribes;
import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.apps.Logged;
import dev.fanfare.apps.TestPostgres;
import dev.fanfare.core.Counts;
import dev.fanfare.testkit.WebSocketClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Many at once, and what the log says of what goes wrong.
@ExtendWith(TestPostgres.class)
class KycLoadIT {
    private static final int USERS = 20;
    private static final int CLIENTS = 200;
    private static final int UPDATES = 20;

    private static void update(String user, String level) {
        TestPostgres.sql(
                "update kyc_status set status = 'verified', verification_level = '%s' where user_id = '%s'"
                        .formatted(level, user));
    }

    private static String user(int number) {
        return "user" + number % USERS;
    }

    @Test
    void s0_18_manyConnectionsHearConcurrentUpdatesAndLeaveNothingBehind() throws Exception {
        try (KycNode node = new KycNode()) {
            for (int i = 0; i < USERS; i++) {
                TestPostgres.sql(
                        "insert into kyc_status (user_id, status, verification_level)"
                                + " values ('%s', 'pending', 'basic')".formatted(user(i)));
            }
            List<WebSocketClient> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(node.watches(user(i)));
            }
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < USERS; i++) {
                String user = user(i);
                writers.add(
                        Thread.ofVirtual()
                                .start(() -> {
                                    for (int n = 0; n < UPDATES; n++) {
                                        update(user, n % 2 == 0 ? "intermediate" : "advanced");
                                    }
                                }));
            }
            for (Thread writer : writers) {
                writer.join();
            }
            for (WebSocketClient client : clients) {
                eventually(
                        Duration.ofSeconds(30),
                        () -> assertThat(client.waiting()).hasSize(UPDATES));
                for (int n = 0; n < UPDATES; n++) {
                    assertThat(status(client))
                            .isEqualTo(n % 2 == 0 ? "verified/intermediate" : "verified/advanced");
                }
            }
            clients.forEach(WebSocketClient::close);
            eventually(() -> {
                Counts counts = node.fanfare.hub().counts();
                assertThat(counts.sessions()).isZero();
                assertThat(counts.subscriptions()).isZero();
                assertThat(counts.channels()).isZero();
            });
        }
    }

    @Test
    void s0_13_everyErrorIsToldInWordsThatHelpAndLogged() {
        try (KycNode node = new KycNode();
                Logged log = Logged.by("dev.fanfare.apps.kyc")) {
            WebSocketClient client = node.connect();
            assertThat(error(client.sends("{\"type\":\"subscribe\"}"))).contains("userId");
            assertThat(error(subscribes(client, "nobody"))).contains("nobody");
            TestPostgres.sql("alter table kyc_status rename column updated_at to at");
            assertThat(error(subscribes(client, "alice"))).contains("could not be read");
            TestPostgres.sql("alter table kyc_status rename column at to updated_at");
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("userId"))
                    .anyMatch(line -> line.contains("could not be read"));
        }
    }
}

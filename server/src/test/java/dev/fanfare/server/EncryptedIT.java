// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Access;
import dev.fanfare.testkit.Filtered;
import dev.fanfare.testkit.TestClient;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A channel whose clients encrypt, over real sockets.
final class EncryptedIT {
    private static final String SEALED =
            "{\"enc\":\"A256GCM\",\"kid\":\"k\",\"iv\":\"oKGio6Slpqeoqaqr\",\"ct\":\"nToISD2_IIVADe7xegKQnekpjoSnUwzjL2bmuvo\"}";

    private static Fanfare node() {
        return Fanfare.start(config ->
                config.port(0)
                        .channel(
                                "notes",
                                rules ->
                                        rules.history(100, Duration.ofMinutes(10))
                                                .publish(Access.anyone())
                                                .encrypted()));
    }

    private static TestClient client(Fanfare node) {
        return TestClient.connect(URI.create("ws://127.0.0.1:" + node.port() + "/ws"), null);
    }

    @Test
    void whatIsEncryptedArrivesAsItWasWritten() {
        try (Fanfare node = node();
                TestClient bob = client(node);
                TestClient ada = client(node)) {
            ada.subscribe("notes").isLive();
            bob.publish("notes", SEALED).isStored();
            assertThat(ada.receives("notes").json().path("data").toString()).isEqualTo(SEALED);
        }
    }

    @Test
    void whatIsNotIsRefusedByNameAndTheConnectionLives() {
        try (Fanfare node = node();
                TestClient bob = client(node);
                TestClient ada = client(node)) {
            ada.subscribe("notes").isLive();
            for (int i = 0; i < 5; i++) {
                JsonNode error = bob.publish("notes", "{\"text\":\"hi\"}").is("error");
                assertThat(error.path("code").stringValue()).isEqualTo("bad_request");
                assertThat(error.path("field").stringValue()).isEqualTo("data");
                assertThat(error.path("message").stringValue()).doesNotContain("hi");
            }
            bob.publish("notes", SEALED).isStored();
            assertThat(ada.receives("notes").json().path("offset").asLong()).isEqualTo(1);
        }
    }

    @Test
    void aFilterIsNotEnabled() {
        try (Fanfare node = node();
                TestClient ada = client(node)) {
            JsonNode error =
                    ada.subscribe(
                                    "notes",
                                    new Filtered("{\"field\":\"kid\",\"eq\":\"k\"}", _ -> true))
                            .is("error");
            assertThat(error.path("code").stringValue()).isEqualTo("not_enabled");
            assertThat(error.path("field").stringValue()).isEqualTo("filter");
            ada.subscribe("notes").isLive();
        }
    }
}

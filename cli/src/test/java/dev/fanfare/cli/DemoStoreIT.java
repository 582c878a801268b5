// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import dev.fanfare.apps.store.StoreSettings;
import dev.fanfare.cli.config.Config;
import dev.fanfare.cli.config.InvalidConfiguration;
import dev.fanfare.cli.config.Sources;
import dev.fanfare.core.SystemClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class DemoStoreIT {
    private static StoreSettings settings(Map<String, String> variables) {
        return settings(variables, Map.of());
    }

    private static StoreSettings settings(
            Map<String, String> variables, Map<String, String> options) {
        Config config = new Sources(Demo.document(), Map.of(), options).load();
        try (SystemClock clock = new SystemClock()) {
            return DemoStore.settings(config, clock, variables);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void s3_10_portPathAndLevelAreTheVariablesOfTheDescription() throws IOException {
        assertThat(settings(Map.of()).socket()).isEqualTo(StoreSettings.Socket.DEFAULT);
        assertThat(settings(Map.of("WS_PORT", "")).socket().port()).isEmpty();
        int free = freePort();
        StoreSettings.Socket socket =
                settings(Map.of("WS_PORT", String.valueOf(free), "WS_PATH", "/live")).socket();
        assertThat(socket.port()).hasValue(free);
        assertThat(socket.path()).isEqualTo("/live");
        Logger store = (Logger) LoggerFactory.getLogger("dev.fanfare.apps.store");
        try {
            settings(Map.of("LOG_LEVEL", "debug"));
            assertThat(store.isDebugEnabled()).isTrue();
        } finally {
            store.setLevel(null);
        }
    }

    @Test
    void aVariableThatIsWrongOrAPortThatIsTakenIsNamed() throws IOException {
        assertThatThrownBy(() -> settings(Map.of("WS_PORT", "8o01")))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("WS_PORT");
        assertThatThrownBy(() -> settings(Map.of("WS_PORT", "65536")))
                .hasMessageContaining("WS_PORT");
        assertThatThrownBy(() -> settings(Map.of("WS_PATH", "live")))
                .hasMessageContaining("WS_PATH");
        assertThatThrownBy(() -> settings(Map.of("LOG_LEVEL", "loud")))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("LOG_LEVEL");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());
            assertThatThrownBy(() -> settings(Map.of("WS_PORT", port)))
                    .isInstanceOf(InvalidConfiguration.class)
                    .hasMessageContaining("Port " + port + " is taken")
                    .hasMessageContaining("WS_PORT");
        }
    }

    @Test
    void identityIsClaimedUnlessItIsToBeVerified() {
        assertThat(settings(Map.of()).identity())
                .isInstanceOf(StoreSettings.Identity.Claimed.class);
        assertThat(settings(Map.of(), Map.of("demo.identity", "verified")).identity())
                .isInstanceOf(StoreSettings.Identity.Verified.class);
    }
}

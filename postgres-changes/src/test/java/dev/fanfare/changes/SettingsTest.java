// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SettingsTest {
    private static final Settings SETTINGS =
            Settings.of("jdbc:postgresql://db/shop?password=secret1", "fanfare", "secret2")
                    .tables(List.of(Table.of("orders"), Table.of("stock.items")));

    @Test
    void noPasswordIsEverPrinted() {
        assertThat(SETTINGS.toString())
                .contains("jdbc:postgresql://db/shop", "public.orders", "stock.items")
                .doesNotContain("secret");
    }

    @Test
    void whatCannotBeIsRefusedByName() {
        for (String slot : new String[] {"", "Upper", "with-dash", "x".repeat(41)}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> SETTINGS.slot(slot))
                    .withMessageContaining("slot");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SETTINGS.publication(""))
                .withMessageContaining("publication");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SETTINGS.maxWal(0))
                .withMessageContaining("maxWal=0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SETTINGS.batch(0))
                .withMessageContaining("batch=0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SETTINGS.watch(Duration.ZERO))
                .withMessageContaining("watch");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new Settings.Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .withMessageContaining("least=PT2S");
        assertThatIllegalArgumentException().isThrownBy(() -> Table.of("shop."));
    }
}

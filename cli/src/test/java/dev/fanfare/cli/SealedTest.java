// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fanfare.cli.config.Config;
import dev.fanfare.cli.config.InvalidConfiguration;
import dev.fanfare.cli.config.Sources;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Encrypted channels and what the server would have to read.
class SealedTest {
    @Test
    void anEncryptedChannelCannotBeConflatedByAField() {
        assertThatExceptionOfType(InvalidConfiguration.class)
                .isThrownBy(() -> Sealed.check(config("true", "[id]")))
                .withMessage(
                        "sources.'shop'.mappings.'of-a-store'.conflate-by and"
                                + " channels.'orders:{store}'.encrypted: an encrypted channel cannot"
                                + " be conflated by a field, for the server cannot read it.");
    }

    @Test
    void norDoesASourcePublishThere() {
        assertThatExceptionOfType(InvalidConfiguration.class)
                .isThrownBy(() -> Sealed.check(config("true", "[]")))
                .withMessageStartingWith(
                        "sources.'shop'.mappings.'of-a-store'.channel and"
                                + " channels.'orders:{store}'.encrypted: ");
    }

    @Test
    void everywhereElseItDoes() {
        assertThatCode(() -> Sealed.check(config("false", "[id]"))).doesNotThrowAnyException();
    }

    private static Config config(String encrypted, String conflateBy) {
        return new Sources(
                        null,
                        Map.of(
                                "FANFARE_CHANNELS",
                                "{\"orders:{store}\": {encrypted: %s}, \"orders\": {encrypted: true}}"
                                        .formatted(encrypted),
                                "FANFARE_SOURCES",
                                "{shop: {mappings: {of-a-store: {table: orders, channel: \"orders:{store_id}\", conflate-by: %s}}}}"
                                        .formatted(conflateBy)),
                        Map.of())
                .load();
    }
}

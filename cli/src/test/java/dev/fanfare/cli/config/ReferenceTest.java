// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReferenceTest {
    private static final Path PAGE = Path.of("..", "docs", "reference", "configuration.md");

    /// `-Dreference=write` writes the page anew.
    @Test
    void thePageSaysWhatTheRecordsSay() throws IOException {
        if ("write".equals(System.getProperty("reference"))) {
            Files.createDirectories(PAGE.resolveSibling("."));
            Files.writeString(PAGE, Reference.page());
        }

        assertThat(Files.readString(PAGE)).isEqualTo(Reference.page());
    }
}

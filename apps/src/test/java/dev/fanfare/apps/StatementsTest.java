// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class StatementsTest {
    private static final Path ROOT = Path.of("..");
    private static final Path PAGE = ROOT.resolve("apps").resolve("README.md");
    private static final String BEGIN = "<!-- statements: generated -->\n";
    private static final String END = "<!-- statements: end -->";

    @Test
    void everyStatementOfTheServersAndTheClientsHasATest() throws IOException {
        assertThat(Statements.of(ROOT).untested()).isEmpty();
    }

    @Test
    void everyNumberThatATestCarriesIsAStatements() throws IOException {
        assertThat(Statements.of(ROOT).unknown()).isEmpty();
    }

    /// `-Dreference=write` writes the table anew.
    @Test
    void theTableSaysWhatTheTestsSay() throws IOException {
        String page = Files.readString(PAGE);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        int to = page.indexOf(END);
        assertThat(from).as(BEGIN).isBetween(BEGIN.length(), to);
        String table = Statements.of(ROOT).table();
        if ("write".equals(System.getProperty("reference"))) {
            Files.writeString(PAGE, page.substring(0, from) + table + page.substring(to));
        } else {
            assertThat(page.substring(from, to))
                    .as("run this test with -Dreference=write")
                    .isEqualTo(table);
        }
    }
}

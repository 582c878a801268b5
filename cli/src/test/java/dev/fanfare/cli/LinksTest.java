// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LinksTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s#]+)(#[^)]*)?\\)");
    private static final Set<String> SKIPPED = Set.of("target", "node_modules", "build", ".git");

    @Test
    void everyLinkInTheDocumentsLeadsSomewhere() throws IOException {
        List<Path> documents;
        try (Stream<Path> files = Files.walk(ROOT)) {
            documents =
                    files.filter(file -> file.toString().endsWith(".md"))
                            .filter(file -> !skipped(ROOT.relativize(file)))
                            .toList();
        }

        assertThat(documents).contains(ROOT.resolve("README.md"));
        assertThat(documents.stream().flatMap(LinksTest::broken)).isEmpty();
    }

    private static boolean skipped(Path file) {
        for (Path part : file) {
            if (SKIPPED.contains(part.toString())) {
                return true;
            }
        }
        return false;
    }

    private static Stream<String> broken(Path document) {
        try {
            return LINK.matcher(Files.readString(document))
                    .results()
                    .map(link -> link.group(1))
                    .filter(target -> !target.contains(":"))
                    .filter(target -> !Files.exists(document.resolveSibling(target).normalize()))
                    .map(target -> ROOT.relativize(document) + " -> " + target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.core.Close;
import dev.fanfare.core.Refusal;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Holds the tables of the specification to the hub's codes.
class SpecificationTest {
    private final String specification;

    SpecificationTest() throws Exception {
        specification = Files.readString(Path.of("..", "protocol", "SPEC.md"));
    }

    @Test
    void theErrorTableHasEveryCodeAndNoOther() {
        assertThat(rows("## 8 Errors", "^\\| `([a-z_]+)` \\|"))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Refusal.Code.values()).map(Refusal.Code::wire).toList());
    }

    @Test
    void theCloseTableHasEveryCodeOfTheHub() throws Exception {
        TreeSet<String> codes = new TreeSet<>();
        for (Close close : closes()) {
            codes.add(String.valueOf(close.code()));
        }
        assertThat(rows("## 9 How", "^\\| (\\d{4}) \\|"))
                .containsAll(codes)
                .doesNotHaveDuplicates();
    }

    @Test
    void theCloseTableSaysWhoComesBackAsTheHubDoes() {
        for (String code : rows("## 9 How", "^\\| (\\d{4}) \\|")) {
            String row =
                    specification
                            .lines()
                            .filter(line -> line.startsWith("| " + code + " |"))
                            .findFirst()
                            .orElseThrow();
            assertThat(row.contains("| comes back"))
                    .as(row)
                    .isEqualTo(Close.of(Integer.parseInt(code), "").reconnect());
        }
    }

    private static List<Close> closes() throws IllegalAccessException {
        List<Close> closes = new ArrayList<>(List.of(Close.restart(0)));
        for (var field : Close.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                closes.add((Close) field.get(null));
            }
        }
        return closes;
    }

    private List<String> rows(String heading, String pattern) {
        int from = specification.indexOf(heading);
        String section = specification.substring(from, specification.indexOf("\n## ", from));
        return Pattern.compile(pattern, Pattern.MULTILINE)
                .matcher(section)
                .results()
                .map(row -> row.group(1))
                .toList();
    }
}

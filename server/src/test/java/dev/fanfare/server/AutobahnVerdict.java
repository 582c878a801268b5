// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads what the Autobahn suite found, more strictly than its plugin does: every case was run, and
/// both its behaviour and its close are right.
public final class AutobahnVerdict {
    private static final Set<String> RIGHT = Set.of("OK", "NON-STRICT", "INFORMATIONAL");

    private AutobahnVerdict() {}

    /// @param arguments the folder of the reports, and how many cases there must be
    public static void main(String[] arguments) throws IOException {
        Path index = Path.of(arguments[0], "index.json");
        int expected = Integer.parseInt(arguments[1]);
        Map<String, Integer> counts = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        int cases = 0;
        for (JsonNode agent : JsonMapper.shared().readTree(Files.readAllBytes(index))) {
            for (Map.Entry<String, JsonNode> each : agent.properties()) {
                cases++;
                String behavior = each.getValue().path("behavior").asString();
                String close = each.getValue().path("behaviorClose").asString();
                counts.merge(behavior + "/" + close, 1, Integer::sum);
                if (!RIGHT.contains(behavior) || !RIGHT.contains(close)) {
                    wrong.add(each.getKey() + ": " + behavior + ", close " + close);
                }
            }
        }
        if (cases != expected || !wrong.isEmpty()) {
            throw new IllegalStateException(
                    "Autobahn: cases=%d of %d, %s, wrong=%s"
                            .formatted(cases, expected, counts, wrong));
        }
        org.slf4j.LoggerFactory.getLogger(AutobahnVerdict.class)
                .info("Autobahn: {} cases, behaviour/close {}", cases, counts);
    }
}

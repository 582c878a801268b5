// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A piece of configuration as it was written, which remembers where.
sealed interface Node {
    /// For messages: `fanfare.yaml line 3`, `FANFARE_PORT`, `--port`.
    String origin();

    record Scalar(String text, String origin) implements Node {}

    record Items(List<Node> items, String origin) implements Node {}

    /// @param entries changed by [#put] only while the sources are laid over each other
    record Section(Map<String, Node> entries, String origin) implements Node {
        static Section empty() {
            return new Section(new LinkedHashMap<>(), "");
        }

        /// Sets what is at `path`, making the sections that lead there.
        void put(List<String> path, Node node) {
            Section at = this;
            for (String name : path.subList(0, path.size() - 1)) {
                Node next = at.entries.get(name);
                if (!(next instanceof Section)) {
                    next = new Section(new LinkedHashMap<>(), node.origin());
                    at.entries.put(name, next);
                }
                at = (Section) next;
            }
            at.entries.put(path.getLast(), node);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/// How a setting is called in the records, in the file and in the environment.
final class Names {
    static final String PREFIX = "FANFARE_";

    private Names() {}

    /// `maxMessage` is `max-message` in the file.
    static String key(String component) {
        return component.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    /// `limits.max-message` is `FANFARE_LIMITS_MAX_MESSAGE` in the environment.
    static String variable(String path) {
        return PREFIX + path.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /// The candidate that the fewest changed letters make of `name`.
    static String nearest(String name, Collection<String> candidates) {
        return candidates.stream()
                .min(Comparator.comparingInt((String other) -> distance(name, other)))
                .orElse("");
    }

    /// Levenshtein's distance, one row at a time.
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}

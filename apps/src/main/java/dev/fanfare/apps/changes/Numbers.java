// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import java.math.BigDecimal;

/// How the numbers of columns that are wider than a `double` (`bigint`, `numeric`) are published.
public enum Numbers {
    /// As JSON numbers, but as texts where a JavaScript client would read another number.
    SAFE,
    /// As texts, all of them.
    TEXT,
    /// As JSON numbers, all of them: for clients that read them without rounding.
    NUMBER;

    /// Numbers of so many characters have at most 15 digits, which a `double` holds.
    private static final int SHORT = 15;

    private static final BigDecimal MAX_SAFE_INTEGER = BigDecimal.valueOf((1L << 53) - 1);

    boolean asNumber(String text) {
        return switch (this) {
            case SAFE -> text.length() <= SHORT || isSafe(new BigDecimal(text));
            case TEXT -> false;
            case NUMBER -> true;
        };
    }

    private static boolean isSafe(BigDecimal number) {
        return number.abs().compareTo(MAX_SAFE_INTEGER) <= 0
                && BigDecimal.valueOf(number.doubleValue()).compareTo(number) == 0;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// Places in the write-ahead log, as Postgres writes them (`pg_lsn`): two halves in hexadecimal.
final class Lsn {
    private Lsn() {}

    /// @throws IllegalArgumentException when it is none
    static long parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("not a place in the log: " + text);
        }
        long high = Integer.parseUnsignedInt(text.substring(0, slash), 16);
        long low = Integer.parseUnsignedInt(text.substring(slash + 1), 16);
        return high << 32 | Integer.toUnsignedLong((int) low);
    }

    static String text(long lsn) {
        return Integer.toHexString((int) (lsn >>> 32)).toUpperCase(java.util.Locale.ROOT)
                + "/"
                + Integer.toHexString((int) lsn).toUpperCase(java.util.Locale.ROOT);
    }
}

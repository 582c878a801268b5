// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

/// A table is not the one that was followed, or lacks what is needed: while that is so, its changes
/// cannot be told, and those meanwhile are lost.
final class TableChangedException extends ChangesException {
    private static final long serialVersionUID = 1;

    private final String detail;

    TableChangedException(String detail) {
        super(detail, null);
        this.detail = detail;
    }

    String detail() {
        return detail;
    }
}

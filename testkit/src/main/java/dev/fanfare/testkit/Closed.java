// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.testkit;

/// How a connection ended.
///
/// @param code the close code, 1005 for a close frame without one, 1006 for none at all
public record Closed(int code, String reason) {
    @Override
    public String toString() {
        return "closed with " + code + (reason.isEmpty() ? "" : " (" + reason + ")");
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.util.Map;

/// Who a session is, once that has been verified.
///
/// @param user the user's id; never empty
/// @param expiresAt when the proof ends, milliseconds since 1970; 0 for never
/// @param claims what else the proof says: strings, numbers, booleans, lists and maps of them
public record Principal(String user, long expiresAt, Map<String, Object> claims) {
    public static Principal of(String user) {
        return new Principal(user, 0, Map.of());
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.engine;

import java.util.Arrays;

/// A user who is present in a channel, over however many sessions.
///
/// @param user the user's id
/// @param info what dialects show of the user, as JSON bytes; empty for nothing
public record Member(String user, byte[] info) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Member that
                && user.equals(that.user)
                && Arrays.equals(info, that.info);
    }

    @Override
    public int hashCode() {
        return user.hashCode();
    }
}

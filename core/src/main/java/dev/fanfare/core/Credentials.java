// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a client shows to say who it is.
///
/// @param token from the connect or refresh command, the Authorization header or a subprotocol;
///   null when none came
/// @param query the parameters of the upgrade request
/// @param cookies the cookies of the upgrade request
/// @param remote the client's address, for logs
public record Credentials(
        @Nullable String token,
        Map<String, String> query,
        Map<String, String> cookies,
        String remote) {

    public static final Credentials NONE = new Credentials(null, Map.of(), Map.of(), "");

    public Credentials token(@Nullable String other) {
        return new Credentials(other, query, cookies, remote);
    }
}

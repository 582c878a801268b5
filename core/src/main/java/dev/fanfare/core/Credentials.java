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
/// @param auth what the client sent to say who it is, as its dialect delivers it (JSON), where the
///   dialect has more than a token (Socket.IO's auth payload); empty for none. Never changed after
///   this object was made
public record Credentials(
        @Nullable String token,
        Map<String, String> query,
        Map<String, String> cookies,
        String remote,
        byte[] auth) {

    /// Of a client whose dialect has no more than a token.
    public Credentials(
            @Nullable String token,
            Map<String, String> query,
            Map<String, String> cookies,
            String remote) {
        this(token, query, cookies, remote, new byte[0]);
    }

    public static final Credentials NONE = new Credentials(null, Map.of(), Map.of(), "");

    public Credentials token(@Nullable String other) {
        return new Credentials(other, query, cookies, remote, auth);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.core.InvalidMessage;
import dev.fanfare.server.Json;
import java.util.Map;
import java.util.Optional;

/// What a client brought when it came.
///
/// @param query the parameters of the request that opened its connection
/// @param headers of that request, by lower-case name
/// @param remote the client's address
/// @param auth the JSON object of its connect packet; `{}` where there was none
public record Handshake(
        Map<String, String> query, Map<String, String> headers, String remote, byte[] auth) {

    /// The auth payload; empty when it is of another type.
    public <T> Optional<T> auth(Class<T> type) {
        return read(auth, type);
    }

    static <T> Optional<T> read(byte[] auth, Class<T> type) {
        try {
            return Optional.of(Json.read(auth, type));
        } catch (InvalidMessage e) {
            return Optional.empty();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import java.util.Map;

/// What a client brought when it came.
///
/// @param query the parameters of the request that opened its connection
/// @param headers of that request, by lower-case name
/// @param remote the client's address
/// @param auth the JSON object of its connect packet; `{}` where there was none
public record Handshake(
        Map<String, String> query, Map<String, String> headers, String remote, byte[] auth) {}

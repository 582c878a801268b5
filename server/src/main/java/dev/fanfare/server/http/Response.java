// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// The answer to a [Request]. Content-Length, Connection and Date are the server's to add.
///
/// @param body never changed after this object was made
public record Response(int status, List<Header> headers, byte[] body) {
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final byte[] NOTHING = {};

    public record Header(String name, String value) {
        public Header {
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if ((c < ' ' && c != '\t') || c > 0x7e) {
                    throw new IllegalArgumentException("control or non-ASCII in header " + name);
                }
            }
        }
    }

    public Response {
        headers = List.copyOf(headers);
    }

    public static Response empty(int status) {
        return new Response(status, List.of(), NOTHING);
    }

    public static Response text(int status, String text) {
        return of(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    /// @param value anything that Jackson writes: records, maps, lists
    public static Response json(int status, Object value) {
        return json(status, MAPPER.writeValueAsBytes(value));
    }

    public static Response json(int status, byte[] json) {
        return of(status, "application/json", json);
    }

    /// @param contentType as the header has it
    public static Response of(int status, String contentType, byte[] body) {
        return new Response(status, List.of(new Header("Content-Type", contentType)), body);
    }

    /// `{"error":{"code":...,"message":...}}`.
    ///
    /// @param message one sentence that repeats nothing of the request
    public static Response error(int status, String code, String message) {
        return json(status, Map.of("error", new Problem(code, message)));
    }

    public Response header(String name, String value) {
        List<Header> more = new ArrayList<>(headers);
        more.add(new Header(name, value));
        return new Response(status, more, body);
    }

    private record Problem(String code, String message) {}
}

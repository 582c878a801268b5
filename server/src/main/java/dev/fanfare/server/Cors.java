// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.server.http.Origins;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import java.util.ArrayList;
import java.util.List;

/// Lets pages of allowed origins read answers (Fetch standard, CORS protocol).
///
/// @param own our own origin as the request sees it
public record Cors(Origins origins, String own) {
    /// The answer as a page of the request's origin may read it, if that is allowed. The origin is
    /// named, never `*`; a request that carries cookies is allowed only where the origins are
    /// listed.
    public Response open(Request request, Response response) {
        String origin = request.headers().get("origin");
        if (origin == null || !origins.allows(origin, own)) {
            return response;
        }
        List<Response.Header> headers = new ArrayList<>(response.headers());
        headers.add(new Response.Header("Access-Control-Allow-Origin", origin));
        headers.add(new Response.Header("Access-Control-Expose-Headers", "Retry-After"));
        headers.add(new Response.Header("Vary", "Origin"));
        if (!origins.any()) {
            headers.add(new Response.Header("Access-Control-Allow-Credentials", "true"));
        }
        return new Response(response.status(), headers, response.body());
    }

    /// What a browser asks before it sends a page's request.
    ///
    /// @param methods that there are
    /// @param headers that the request may have
    public Response preflight(Response response, String methods, String headers) {
        return response.header("Access-Control-Allow-Methods", methods)
                .header("Access-Control-Allow-Headers", headers)
                .header("Access-Control-Max-Age", "600");
    }
}

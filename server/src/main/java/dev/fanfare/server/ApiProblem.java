// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Refusal;
import dev.fanfare.server.http.Response;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Why a request to the HTTP API is not answered as it wished.
///
/// The body is `{"error":{"code","message","field"?,"limit"?}}`, and repeats nothing of the request
/// beyond a field's name.
final class ApiProblem extends RuntimeException {
    private final int status;
    private final String code;
    private final @Nullable String field;
    private final @Nullable String limit;

    private ApiProblem(int status, String message, @Nullable String field, @Nullable String limit) {
        super(message, null, false, false);
        this.status = status;
        this.field = field;
        this.limit = limit;
        this.code =
                switch (status) {
                    case 401 -> "unauthorized";
                    case 409 -> "conflict";
                    case 503 -> "unavailable";
                    default -> "bad_request";
                };
    }

    static ApiProblem of(Refusal invalid) {
        return new ApiProblem(400, invalid.message(), invalid.field(), invalid.limit());
    }

    static ApiProblem field(String field, String message) {
        return new ApiProblem(400, message, field, null);
    }

    static ApiProblem limit(String field, String limit, String message) {
        return new ApiProblem(400, message, field, limit);
    }

    static ApiProblem conflict() {
        Refusal refusal = Refusal.conflict();
        return new ApiProblem(409, refusal.message(), refusal.field(), null);
    }

    static ApiProblem unauthorized() {
        return new ApiProblem(
                401, "An API key is needed: Authorization: Bearer <key>.", null, null);
    }

    static ApiProblem unavailable() {
        return new ApiProblem(503, "This cannot be done now. Try again.", null, null);
    }

    Response response() {
        Map<String, String> error = new LinkedHashMap<>();
        error.put("code", code);
        error.put("message", String.valueOf(getMessage()));
        if (field != null) {
            error.put("field", field);
        }
        if (limit != null) {
            error.put("limit", limit);
        }
        Response response = Response.json(status, Map.of("error", error));
        return switch (status) {
            case 401 -> response.header("WWW-Authenticate", "Bearer");
            case 503 -> response.header("Retry-After", "1");
            default -> response;
        };
    }
}

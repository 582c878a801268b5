// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Rulebook;
import dev.fanfare.protocol.JsonText;
import dev.fanfare.server.http.Request;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// The fields of a request's JSON object, each as it stands in the body.
record ApiBody(Map<String, byte[]> fields) {
    private static final int MAX_DATA = 64 << 10;
    private static final int MAX_NAME = 128;

    static ApiBody of(Request request) {
        String problem = JsonText.problem(request.body());
        if (problem != null) {
            throw ApiProblem.field("body", "The body " + problem + ".");
        }
        try {
            return new ApiBody(Json.slices(request.body()));
        } catch (JacksonException e) {
            throw ApiProblem.field("body", "The body must be one JSON object.");
        }
    }

    String channel() {
        String name = required("channel", text("channel", Integer.MAX_VALUE));
        String problem = Rulebook.problem(name);
        if (problem != null) {
            throw ApiProblem.field("channel", problem);
        }
        return name;
    }

    byte[] data() {
        byte[] data = required("data", fields.get("data"));
        if (data.length > MAX_DATA) {
            throw ApiProblem.limit(
                    "data",
                    "max-message",
                    "'data' has at most " + MAX_DATA + " bytes, this one " + data.length + ".");
        }
        return data;
    }

    /// A text of 1 to 128 characters, or null when the field is not there.
    @Nullable String name(String field) {
        return text(field, MAX_NAME);
    }

    String requiredName(String field) {
        return required(field, name(field));
    }

    private static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw ApiProblem.field(field, "'" + field + "' is missing.");
        }
        return value;
    }

    private @Nullable String text(String field, int most) {
        byte[] json = fields.get(field);
        if (json == null || new String(json, StandardCharsets.UTF_8).equals("null")) {
            return null;
        }
        String text = Json.text(json);
        if (text == null) {
            throw ApiProblem.field(field, "'" + field + "' must be a text.");
        }
        if (text.isEmpty() || text.length() > most) {
            throw ApiProblem.limit(
                    field,
                    "name-length",
                    "'"
                            + field
                            + "' has 1 to "
                            + most
                            + " characters, this one "
                            + text.length()
                            + ".");
        }
        return text;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.connect;

import dev.fanfare.apps.Json;
import dev.fanfare.core.InvalidMessage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One webhook: the platform says what became of a session.
///
/// @param deliveryId the same whenever the same webhook is sent again
record Delivery(String deliveryId, String sessionId, String status) {
    private static final Pattern ID = Pattern.compile("[\\x21-\\x7e]{1,128}");
    private static final Pattern STATUS = Pattern.compile("[a-z][a-z0-9_-]{0,31}");

    private record Body(
            @Nullable String deliveryId, @Nullable String sessionId, @Nullable String status) {}

    static Delivery read(byte[] json) throws InvalidMessage {
        Body body = Json.read(json, Body.class);
        return of(body.deliveryId, body.sessionId, body.status);
    }

    static Delivery of(
            @Nullable String deliveryId, @Nullable String sessionId, @Nullable String status)
            throws InvalidMessage {
        return new Delivery(
                matching(ID, deliveryId, "deliveryId"),
                matching(ID, sessionId, "sessionId"),
                matching(STATUS, status, "status"));
    }

    private static String matching(Pattern pattern, @Nullable String value, String field)
            throws InvalidMessage {
        if (value == null || !pattern.matcher(value).matches()) {
            throw new InvalidMessage(
                    field, "The field " + field + " is missing or not as it must be.");
        }
        return value;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is agreed on permessage-deflate (RFC 7692, 7.1). The window is one of 15 bits both ways,
/// which is what the JDK has: an offer that wants a smaller one of us is declined. No context is
/// ever taken over.
final class DeflateOffer {
    private static final String NAME = "permessage-deflate";
    private static final String WINDOW = "15";
    private static final String ANSWER =
            NAME + "; server_no_context_takeover; client_no_context_takeover";

    private DeflateOffer() {}

    /// What to answer the first of several offers that can be accepted; null when none can.
    ///
    /// @param offers the header Sec-WebSocket-Extensions
    static @Nullable String answer(String offers) {
        for (String offer : offers.split(",", -1)) {
            String answer = one(offer.split(";", -1));
            if (answer != null) {
                return answer;
            }
        }
        return null;
    }

    private static @Nullable String one(String[] offer) {
        if (!offer[0].strip().toLowerCase(Locale.ROOT).equals(NAME)) {
            return null;
        }
        String answer = ANSWER;
        Set<String> seen = new HashSet<>();
        for (int i = 1; i < offer.length; i++) {
            String[] parameter = offer[i].split("=", 2);
            String name = parameter[0].strip().toLowerCase(Locale.ROOT);
            String value = parameter.length == 1 ? null : unquoted(parameter[1].strip());
            if (!seen.add(name) || !acceptable(name, value)) {
                return null;
            }
            if (name.equals("server_max_window_bits")) {
                answer += "; server_max_window_bits=" + WINDOW;
            }
        }
        return answer;
    }

    private static boolean acceptable(String name, @Nullable String value) {
        return switch (name) {
            case "server_no_context_takeover", "client_no_context_takeover" -> value == null;
            case "server_max_window_bits" -> WINDOW.equals(value);
            case "client_max_window_bits" -> value == null || bits(value);
            default -> false;
        };
    }

    private static boolean bits(String value) {
        return switch (value) {
            case "8", "9", "10", "11", "12", "13", "14", "15" -> true;
            default -> false;
        };
    }

    private static String unquoted(String value) {
        return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1)
                : value;
    }
}

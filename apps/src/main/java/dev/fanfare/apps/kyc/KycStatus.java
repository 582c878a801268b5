// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import dev.fanfare.apps.Json;
import dev.fanfare.engine.Content;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One user's row, as the database has it: any text may be in it.
///
/// @param updatedAt as Postgres writes a `timestamptz`, or null
record KycStatus(
        String userId,
        @Nullable String status,
        @Nullable String verificationLevel,
        @Nullable String updatedAt) {

    private static final String PREFIX = "kyc:";
    private static final Set<String> STATUSES = Set.of("pending", "verified", "rejected");
    private static final Set<String> LEVELS = Set.of("basic", "intermediate", "advanced");

    /// `2026-11-21 07:00:00.123456+00`, with or without the fraction and minutes of the zone.
    private static final DateTimeFormatter TIMESTAMPTZ =
            new DateTimeFormatterBuilder()
                    .appendPattern("uuuu-MM-dd HH:mm:ss")
                    .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
                    .appendOffset("+HH:mm:ss", "+00")
                    .toFormatter(java.util.Locale.ROOT);

    static String channel(String userId) {
        return PREFIX + userId;
    }

    static boolean isChannel(String channel) {
        return channel.startsWith(PREFIX);
    }

    /// The user whose channel it is.
    static String user(String channel) {
        return channel.substring(PREFIX.length());
    }

    /// What clients are sent: the status, or an error that names what is wrong with it.
    ///
    /// @param otherwise the time of a row that has none
    Content content(Instant otherwise) {
        if (status == null || !STATUSES.contains(status)) {
            return KycDialect.error(
                    "The status of user "
                            + userId
                            + " is none of pending, verified and rejected, and is not shown.");
        }
        if (verificationLevel == null || !LEVELS.contains(verificationLevel)) {
            return KycDialect.error(
                    "The verification level of user "
                            + userId
                            + " is none of basic, intermediate and advanced, and is not shown.");
        }
        Map<String, String> data = new LinkedHashMap<>();
        data.put("user_id", userId);
        data.put("status", status);
        data.put("verification_level", verificationLevel);
        data.put("timestamp", timestamp(otherwise).toString());
        return KycDialect.status(Json.write(data));
    }

    private Instant timestamp(Instant otherwise) {
        if (updatedAt == null) {
            return otherwise;
        }
        try {
            return OffsetDateTime.parse(updatedAt, TIMESTAMPTZ).toInstant();
        } catch (DateTimeException _) {
            // `infinity`, or a year before Christ.
            return otherwise;
        }
    }

    static Content unknown(String userId) {
        return KycDialect.error(
                "User " + userId + " has no KYC status. It is sent as soon as there is one.");
    }

    static Content deleted(String userId) {
        return KycDialect.error("The KYC status of user " + userId + " was deleted.");
    }
}

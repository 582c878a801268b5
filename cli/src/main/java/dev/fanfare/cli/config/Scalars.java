// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Single values: how each type is written, and what is allowed.
final class Scalars {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9}) ?(ms|s|m|h|d)|0");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9}) ?(B|KB|MB)?");

    private Scalars() {}

    /// @return the value, or null when the text is none of the type
    static @Nullable Object parse(Class<?> type, String text, Setting setting) {
        try {
            if (type == String.class) {
                return text;
            }
            if (type == int.class) {
                return (int) within(Long.parseLong(text), setting);
            }
            if (type == Duration.class) {
                return duration(text);
            }
            if (type == Size.class) {
                return size(text, setting);
            }
            if (type == Who.class) {
                return Who.of(text);
            }
            if (type == boolean.class) {
                return truth(text);
            }
            return constant(type, text);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    /// What may be written there.
    static String allowed(Class<?> type, Setting setting) {
        if (type == int.class) {
            return setting.max() == Integer.MAX_VALUE
                    ? "a whole number, %d or more".formatted(setting.min())
                    : "a whole number from %d to %d".formatted(setting.min(), setting.max());
        }
        if (type == Duration.class) {
            return "a duration such as 500ms, 10s, 5m, 2h or 7d";
        }
        if (type == Size.class) {
            return setting.max() == Integer.MAX_VALUE
                    ? "a size such as 512B, 64KB or 1MB, at least %d bytes".formatted(setting.min())
                    : "a size such as 512B, 64KB or 1MB, from %d to %d bytes"
                            .formatted(setting.min(), setting.max());
        }
        if (type == Who.class) {
            return Who.ALLOWED;
        }
        if (type == boolean.class) {
            return "true, false";
        }
        return type.isEnum()
                ? Arrays.stream(type.getEnumConstants())
                        .map(constant -> written((Enum<?>) constant))
                        .collect(Collectors.joining(", "))
                : "text";
    }

    private static long within(long number, Setting setting) {
        if (number < setting.min() || number > setting.max()) {
            throw new IllegalArgumentException("out of range");
        }
        return number;
    }

    private static boolean truth(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static Duration duration(String text) {
        Matcher matcher = matched(DURATION, text);
        if (matcher.group(1) == null) {
            return Duration.ZERO;
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    private static Size size(String text, Setting setting) {
        Matcher matcher = matched(SIZE, text);
        String unit = matcher.group(2);
        long factor = "MB".equals(unit) ? 1 << 20 : "KB".equals(unit) ? 1 << 10 : 1;
        return new Size((int) within(Long.parseLong(matcher.group(1)) * factor, setting));
    }

    private static Matcher matched(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text);
        }
        return matcher;
    }

    private static @Nullable Object constant(Class<?> type, String text) {
        for (Object constant : type.getEnumConstants()) {
            if (written((Enum<?>) constant).equals(text.toLowerCase(Locale.ROOT))) {
                return constant;
            }
        }
        return null;
    }

    private static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

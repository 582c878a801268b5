// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.math.BigInteger;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Who may do something: with a channel, or by a message to a handler. Quick, without blocking.
@FunctionalInterface
public interface Access {
    /// @param principal who asks, or null for an anonymous session
    /// @param captures what the channel's name has at the pattern's `{name}`s
    boolean allows(@Nullable Principal principal, Map<String, String> captures);

    /// Only the server's own code.
    static Access nobody() {
        return (_, _) -> false;
    }

    static Access anyone() {
        return (_, _) -> true;
    }

    static Access authenticated() {
        return (principal, _) -> principal != null;
    }

    /// The user whose id the channel's name has at `{capture}`.
    static Access owner(String capture) {
        return (principal, captures) ->
                principal != null && principal.user().equals(captures.get(capture));
    }

    /// Whoever has the claim: a list that contains what the name has at `{capture}`, or a value
    /// that equals it. A text equals itself, an integer its decimal digits, and a boolean `true` or
    /// `false`; nothing else equals anything.
    static Access claim(String claim, String capture) {
        return (principal, captures) -> {
            String wanted = captures.get(capture);
            if (principal == null || wanted == null) {
                return false;
            }
            return has(principal, claim, wanted);
        };
    }

    /// Whoever has this role: the claim `roles` is it, or a list that contains it.
    static Access role(String role) {
        return role("roles", role);
    }

    /// The same, by another claim.
    static Access role(String claim, String role) {
        return (principal, _) -> principal != null && has(principal, claim, role);
    }

    private static boolean has(Principal principal, String claim, String wanted) {
        Object value = principal.claims().get(claim);
        if (value instanceof Iterable<?> values) {
            for (Object each : values) {
                if (wanted.equals(text(each))) {
                    return true;
                }
            }
            return false;
        }
        return wanted.equals(text(value));
    }

    /// What a claim's value is compared as, or null for one that equals nothing: null, an object, a
    /// list in a list, and a number with a fraction or an exponent, which has many texts.
    private static @Nullable String text(@Nullable Object value) {
        return switch (value) {
            case String text -> text;
            case Integer number -> number.toString();
            case Long number -> number.toString();
            case BigInteger number -> number.toString();
            case Boolean flag -> flag.toString();
            case null, default -> null;
        };
    }
}

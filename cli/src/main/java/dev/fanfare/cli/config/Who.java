// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli.config;

import dev.fanfare.core.Access;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Who may do something with a channel, as it is written: `nobody`, `anyone`, `authenticated`,
/// `owner(capture)`, `claim(name, capture)`, `role(name)` or `role(claim, name)`.
public record Who(Access access) {
    static final String ALLOWED =
            "nobody, anyone, authenticated, owner(capture), claim(name, capture), role(name) or"
                    + " role(claim, name)";

    private static final Pattern CALL =
            Pattern.compile("(owner|claim|role)\\(\\s*(\\w+)\\s*(?:,\\s*(\\w+)\\s*)?\\)");

    /// @throws IllegalArgumentException when it is none of them
    static Who of(String text) {
        Matcher call = CALL.matcher(text);
        boolean matches = call.matches();
        return new Who(
                switch (matches ? call.group(1) : text) {
                    case "nobody" -> Access.nobody();
                    case "anyone" -> Access.anyone();
                    case "authenticated" -> Access.authenticated();
                    case "owner" -> {
                        require(matches && call.group(3) == null);
                        yield Access.owner(call.group(2));
                    }
                    case "claim" -> {
                        require(matches && call.group(3) != null);
                        yield Access.claim(call.group(2), call.group(3));
                    }
                    case "role" -> {
                        require(matches);
                        yield call.group(3) == null
                                ? Access.role(call.group(2))
                                : Access.role(call.group(2), call.group(3));
                    }
                    default -> throw new IllegalArgumentException(text);
                });
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("access");
        }
    }
}

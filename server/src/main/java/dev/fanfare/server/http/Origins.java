// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.http;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// The web origins whose pages may talk to us. Our own may always; an origin that browsers would
/// not write (upper case, a default port, a trailing dot, a path) matches nothing.
///
/// @param allowed scheme, host and port as browsers write them: `https://app.example.com`. The
///   left-most label may be `*`: `https://*.example.com` stands for exactly one label. `*` alone is
///   every origin
public record Origins(List<String> allowed) {
    /// Only our own.
    public static final Origins SAME = new Origins(List.of());

    private static final Pattern SHAPE =
            Pattern.compile("\\*|https?://(\\*\\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9_-]+");

    public Origins {
        allowed = List.copyOf(allowed);
        for (String origin : allowed) {
            if (!SHAPE.matcher(origin).matches()) {
                throw new IllegalArgumentException(
                        "not an origin (https://host, https://*.host or *): " + origin);
            }
        }
    }

    public static Origins of(String... allowed) {
        return new Origins(List.of(allowed));
    }

    /// Whether every origin is allowed; never right where cookies say who somebody is.
    public boolean any() {
        return allowed.contains("*");
    }

    /// @param origin the header's value
    /// @param own the server's own origin as this request sees it: `http://` and the Host header
    public boolean allows(String origin, String own) {
        if (same(origin, own)) {
            return true;
        }
        for (String pattern : allowed) {
            if (pattern.equals("*") || pattern.equals(origin) || wildcard(pattern, origin)) {
                return true;
            }
        }
        return false;
    }

    /// The Host header may name the default port or be in upper case, an Origin never does.
    private static boolean same(String origin, String own) {
        String canonical = own.toLowerCase(Locale.ROOT);
        if (canonical.startsWith("http://") && canonical.endsWith(":80")) {
            canonical = canonical.substring(0, canonical.length() - 3);
        } else if (canonical.startsWith("https://") && canonical.endsWith(":443")) {
            canonical = canonical.substring(0, canonical.length() - 4);
        }
        return canonical.equals(origin);
    }

    private static boolean wildcard(String pattern, String origin) {
        int star = pattern.indexOf("*.");
        if (star < 0) {
            return false;
        }
        String scheme = pattern.substring(0, star);
        String rest = pattern.substring(star + 1);
        return origin.length() > scheme.length() + rest.length()
                && origin.startsWith(scheme)
                && origin.endsWith(rest)
                && LABEL.matcher(origin)
                        .region(scheme.length(), origin.length() - rest.length())
                        .matches();
    }
}

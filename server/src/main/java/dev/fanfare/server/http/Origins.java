// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.http;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// The web origins whose pages may talk to us. Our own may always; an origin that browsers would
/// not write (upper case, a default port, a trailing dot, a path) matches nothing.
///
/// @param allowed scheme, host and port as browsers and the shells of apps write them:
///   `https://app.example.com`, `capacitor://localhost`, `file://`. The left-most label may be `*`:
///   `https://*.example.com` stands for exactly one label. `*` alone is every origin. `null` cannot
///   be allowed: every sandboxed frame has it
public record Origins(List<String> allowed) {
    /// Only our own.
    public static final Origins SAME = new Origins(List.of());

    private static final Pattern SHAPE =
            Pattern.compile(
                    "\\*|file://|[a-z][a-z0-9+.-]*://"
                            + "((\\*\\.)?[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?|\\[[0-9a-f:.]+])"
                            + "(:[0-9]{1,5})?");
    private static final Map<String, String> DEFAULT_PORTS =
            Map.of("http://", ":80", "https://", ":443");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9_-]+");

    public Origins {
        allowed = allowed.stream().map(Origins::canonical).toList();
        for (String origin : allowed) {
            if (!SHAPE.matcher(origin).matches()) {
                throw new IllegalArgumentException(
                        "not an origin (https://host, https://*.host, capacitor://host or *): "
                                + origin);
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

    /// The Host header may be in upper case, an Origin never is.
    private static boolean same(String origin, String own) {
        return canonical(own.toLowerCase(Locale.ROOT)).equals(origin);
    }

    /// Without the scheme's own port, which a Host header and a configuration may name, and an
    /// Origin never does.
    private static String canonical(String origin) {
        for (Map.Entry<String, String> each : DEFAULT_PORTS.entrySet()) {
            String port = each.getValue();
            if (origin.startsWith(each.getKey()) && origin.endsWith(port)) {
                return origin.substring(0, origin.length() - port.length());
            }
        }
        return origin;
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

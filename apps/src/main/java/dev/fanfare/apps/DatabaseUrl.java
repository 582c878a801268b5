// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Where a Postgres is, as `DATABASE_URL` has it: `postgres://user:password@host:port/database`, or
/// a URL of JDBC.
///
/// @param jdbc `jdbc:postgresql://...`
public record DatabaseUrl(String jdbc, String user, String password) {
    private static final String JDBC = "jdbc:postgresql:";

    /// @throws IllegalArgumentException when it is no such URL; it does not repeat it
    public static DatabaseUrl of(String text) {
        if (text.startsWith(JDBC)) {
            return new DatabaseUrl(text, "", "");
        }
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme();
            if (uri.getHost() == null
                    || !("postgres".equals(scheme) || "postgresql".equals(scheme))) {
                throw problem();
            }
            String[] who =
                    uri.getRawUserInfo() == null
                            ? new String[0]
                            : uri.getRawUserInfo().split(":", 2);
            return new DatabaseUrl(
                    JDBC
                            + "//"
                            + uri.getHost()
                            + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
                            + uri.getRawPath()
                            + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()),
                    who.length > 0 ? decoded(who[0]) : "",
                    who.length > 1 ? decoded(who[1]) : "");
        } catch (URISyntaxException _) {
            throw problem();
        }
    }

    /// Percent-encoded, and with every plus meant.
    private static String decoded(String part) {
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /// As Postgres's own programs take it, with nothing of the password or of the options; empty
    /// where it does not name one host.
    public Optional<String> withoutSecrets() {
        URI uri = URI.create(jdbc.substring("jdbc:".length()).replaceFirst("\\?.*", ""));
        if (uri.getHost() == null) {
            return Optional.empty();
        }
        return Optional.of(
                "postgresql://"
                        + (user.isEmpty() ? "" : encoded(user) + "@")
                        + uri.getHost()
                        + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
                        + uri.getRawPath());
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static IllegalArgumentException problem() {
        return new IllegalArgumentException(
                "DATABASE_URL is not like postgres://user:password@host:port/database");
    }

    @Override
    public String toString() {
        return "DatabaseUrl";
    }
}

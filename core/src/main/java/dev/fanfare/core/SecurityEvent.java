// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What whoever watches over a node wants to know. Each goes to the logger `fanfare.security`, as
/// one line of `name=value`, so that it can have a file of its own:
///
/// ```
/// event=permission_denied endpoint=chat/ws session=9fA2 user=u1 handler=announcement
/// ```
///
/// No token, key, cookie or payload belongs in it. Whatever a client may have chosen is made
/// harmless: no line ends, at most 200 characters. Any thread.
public enum SecurityEvent {
    /// A token, password, signature or session did not stand.
    AUTHENTICATION_REFUSED,
    PERMISSION_DENIED,
    /// A session was closed for going on over its rate.
    FLOOD,
    TOO_MANY_CONNECTIONS,
    /// A session was ended because its user may not have it any more.
    REVOKED,
    /// A page of an origin that is not allowed.
    BAD_ORIGIN,
    /// A webhook's signature is missing, wrong or too old.
    BAD_SIGNATURE,
    API_KEY_REFUSED,
    SIGNED_IN,
    SIGNED_OUT;

    /// The logger's name.
    public static final String LOGGER = "fanfare.security";

    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);
    private static final int MOST = 200;

    /// One event, before it is logged.
    public static final class Entry {
        private final StringBuilder line = new StringBuilder(120);

        private Entry(SecurityEvent event) {
            line.append("event=").append(event.name().toLowerCase(Locale.ROOT));
        }

        /// @param value null says nothing
        public Entry with(String name, @Nullable Object value) {
            if (value != null) {
                line.append(' ').append(name).append('=').append(harmless(String.valueOf(value)));
            }
            return this;
        }

        public void log() {
            LOG.info("{}", line);
        }
    }

    /// Where it happened, or from where.
    public Entry with(String name, @Nullable Object value) {
        return new Entry(this).with(name, value);
    }

    public Entry in(Session session) {
        Principal who = session.principal();
        return with("endpoint", session.endpoint().name())
                .with("session", session.id())
                .with("user", who == null ? null : who.user());
    }

    /// In quotes where it would be taken for something else.
    static String harmless(String value) {
        StringBuilder clean = new StringBuilder(Math.min(value.length(), MOST) + 2);
        boolean plain = !value.isEmpty();
        for (int i = 0; i < value.length() && i < MOST; i++) {
            char c = value.charAt(i);
            plain &= c > ' ' && c < 127 && c != '"' && c != '=';
            clean.append(
                    Character.isISOControl(c) || c == '\u2028' || c == '\u2029'
                            ? ' '
                            : c == '"' ? '\'' : c);
        }
        if (value.length() > MOST) {
            clean.append("...");
        }
        return plain ? clean.toString() : clean.insert(0, '"').append('"').toString();
    }
}

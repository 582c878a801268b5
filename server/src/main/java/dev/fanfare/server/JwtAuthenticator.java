// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.Base64URL;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Credentials;
import dev.fanfare.core.Principal;
import dev.fanfare.engine.Clock;
import dev.fanfare.protocol.JsonText;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/// Verifies JSON Web Tokens (RFC 7519, hardened as RFC 8725 says). The keys are ours, and each is
/// for one algorithm: nothing in a token's header chooses either. Whatever is wrong with a token,
/// its bearer is told the same; the reason goes to the log, the token nowhere.
///
/// `nbf` may be 30 s ahead of our clock; a token that begins later is refused, and its bearer may
/// come back when it begins. `iat` has no say in whether a token is good (RFC 7519, 4.1.6): one
/// that is further ahead is logged, for the issuer's clock is wrong. `exp` has no grace, as a
/// session that outlives its token is ended soon after.
public final class JwtAuthenticator implements Authenticator {
    private static final Logger LOG = LoggerFactory.getLogger(JwtAuthenticator.class);

    private static final int MAX_TOKEN = 8 << 10;
    private static final int MAX_HEADER = 2 << 10;
    private static final int MAX_USER = 255;
    private static final long SKEW = 30;
    private static final long LONGEST_RETRY = 60;
    private static final long WARN_EVERY = Duration.ofMinutes(1).toNanos();
    private static final double LAST_SECOND = 253_402_300_799d; // the year 9999

    /// Three segments of unpadded base64url: no padding, no newline, no fourth.
    private static final Pattern COMPACT =
            Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

    private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /// Names that issuers give to public keys: base64 of either alphabet, thumbprints, dates. They
    /// are compared with those of keys we have, and used for nothing else.
    private static final Pattern PUBLIC_KEY_ID = Pattern.compile("[A-Za-z0-9._~+/=:-]{1,128}");

    /// Header parameters that bring a key, point to one, or change what is signed. A certificate's
    /// thumbprint (`x5t`) does neither.
    private static final Set<String> FORBIDDEN =
            Set.of("crit", "jwk", "jku", "x5u", "x5c", "b64", "zip", "enc");

    private final JwtPolicy policy;
    private final Signatures signatures;
    private final Clock clock;

    /// When a clock that is ahead was logged last, on [Clock#nanos].
    private final AtomicLong warnedAt;

    /// @throws IllegalArgumentException when the policy has no key that can be used
    public JwtAuthenticator(JwtPolicy policy, Clock clock) {
        this.policy = policy;
        this.clock = clock;
        this.signatures = Signatures.of(policy.keys(), clock);
        this.warnedAt = new AtomicLong(clock.nanos() - WARN_EVERY);
    }

    /// Whether it has the keys to judge by. It may block, to fetch them.
    ///
    /// @throws IllegalStateException when they cannot be had now
    public boolean ready() {
        return switch (signatures) {
            case Signatures.Symmetric _ -> true;
            case Signatures.Asymmetric(JwtKeySource keys, _) -> {
                try {
                    keys.find(null, JwtAlgorithm.RS256);
                    yield true;
                } catch (KeysUnavailableException e) {
                    throw new IllegalStateException(e.reason(), e);
                }
            }
        };
    }

    @Override
    public Outcome authenticate(Credentials credentials) {
        return judge(credentials.token());
    }

    private Outcome judge(@Nullable String token) {
        if (token == null) {
            return Authenticator.invalid("none given");
        }
        if (token.length() > MAX_TOKEN) {
            return Authenticator.invalid("longer than " + MAX_TOKEN);
        }
        if (!COMPACT.matcher(token).matches()) {
            return Authenticator.invalid("not three segments of base64url");
        }
        try {
            String problem = forgery(token);
            if (problem != null) {
                return Authenticator.invalid(problem);
            }
        } catch (KeysUnavailableException e) {
            return Authenticator.undecided(e.retryAfter(), e.reason());
        }
        int first = token.indexOf('.');
        byte[] payload = new Base64URL(token.substring(first + 1, token.lastIndexOf('.'))).decode();
        String unreadable = JsonText.problem(payload);
        if (unreadable != null) {
            return Authenticator.invalid("the payload " + unreadable);
        }
        try {
            return claims(Json.object(payload));
        } catch (JacksonException e) {
            return Authenticator.invalid("the claims are no JSON object");
        }
    }

    /// Why the token is not one that the secret's owner signed, or null.
    private @Nullable String forgery(String token) throws KeysUnavailableException {
        int first = token.indexOf('.');
        byte[] headerJson = new Base64URL(token.substring(0, first)).decode();
        if (headerJson.length > MAX_HEADER) {
            return "header longer than " + MAX_HEADER;
        }
        String unreadable = JsonText.problem(headerJson);
        if (unreadable != null) {
            return "the header " + unreadable;
        }
        try {
            String problem = header(Json.object(headerJson));
            if (problem != null) {
                return problem;
            }
            JWSHeader header = JWSHeader.parse(new String(headerJson, StandardCharsets.UTF_8));
            return signatures.sign(token, header) ? null : "not signed by a key of ours";
        } catch (JacksonException | ParseException | JOSEException e) {
            return "the header cannot be read";
        } catch (GeneralSecurityException e) {
            return "the signature cannot be read";
        }
    }

    private @Nullable String header(Map<String, Object> header) {
        for (String name : header.keySet()) {
            if (FORBIDDEN.contains(name)) {
                return "a header parameter that is not allowed";
            }
        }
        Object type = header.get("typ");
        if (type != null && !(type instanceof String text && named(text))) {
            return "typ is not JWT";
        }
        Object keyId = header.get("kid");
        if (keyId != null && !(keyId instanceof String text && keyId().matcher(text).matches())) {
            return "kid is no name";
        }
        return null;
    }

    private Pattern keyId() {
        return switch (signatures) {
            case Signatures.Symmetric _ -> KEY_ID;
            case Signatures.Asymmetric _ -> PUBLIC_KEY_ID;
        };
    }

    /// `at+jwt` is what some issuers call access tokens (RFC 9068).
    private boolean named(String type) {
        return type.equalsIgnoreCase("JWT")
                || (signatures instanceof Signatures.Asymmetric && type.equalsIgnoreCase("at+jwt"));
    }

    private Outcome claims(Map<String, Object> claims) {
        if (!(claims.get(policy.userClaim()) instanceof String user)
                || user.isEmpty()
                || user.length() > MAX_USER) {
            return Authenticator.invalid(
                    policy.userClaim() + " is not a string of 1 to " + MAX_USER);
        }
        if (policy.issuer() != null && !policy.issuer().equals(claims.get("iss"))) {
            return Authenticator.invalid("another issuer");
        }
        if (policy.audience() != null && !contains(claims.get("aud"), policy.audience())) {
            return Authenticator.invalid("another audience");
        }
        for (String name : List.of("exp", "nbf", "iat")) {
            if (claims.containsKey(name) && !isTime(claims.get(name))) {
                return Authenticator.invalid(
                        name + " is not a number of seconds since 1970 up to the year 9999");
            }
        }
        long now = clock.millis();
        long early = seconds(claims, "nbf") - now / 1_000 - SKEW;
        if (early > 0) {
            return Authenticator.notYet(
                    Math.min(early, LONGEST_RETRY) * 1_000, "nbf is too far ahead");
        }
        long ahead = seconds(claims, "iat") - now / 1_000;
        if (ahead > SKEW) {
            warnOfClock(ahead);
        }
        if (!claims.containsKey("exp")) {
            return policy.expiry() == JwtPolicy.Expiry.REQUIRED
                    ? Authenticator.invalid("exp is missing")
                    : Authenticator.accept(new Principal(user, 0, Map.copyOf(claims)));
        }
        long expiresAt = seconds(claims, "exp") * 1_000;
        return expiresAt <= now
                ? Authenticator.expired("expired")
                : Authenticator.accept(new Principal(user, expiresAt, claims));
    }

    private void warnOfClock(long ahead) {
        long now = clock.nanos();
        long before = warnedAt.get();
        if (now - before >= WARN_EVERY && warnedAt.compareAndSet(before, now)) {
            LOG.warn(
                    "a token was issued {} s in the future: the issuer's clock is ahead of this"
                            + " node's, compare both with NTP (logged once a minute)",
                    ahead);
        }
    }

    private static boolean isTime(@Nullable Object value) {
        return value instanceof Number number
                && number.doubleValue() >= 0
                && number.doubleValue() <= LAST_SECOND;
    }

    private static long seconds(Map<String, Object> claims, String name) {
        return claims.get(name) instanceof Number number ? number.longValue() : 0;
    }

    private static boolean contains(@Nullable Object audience, String wanted) {
        return audience instanceof List<?> many ? many.contains(wanted) : wanted.equals(audience);
    }
}

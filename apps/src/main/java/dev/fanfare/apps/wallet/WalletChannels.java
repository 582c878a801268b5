// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import dev.fanfare.core.Access;
import dev.fanfare.core.ChannelRules;
import dev.fanfare.core.Principal;
import dev.fanfare.server.EndpointConfig;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The channels of a wallet, who may have them, and what is kept of them.
final class WalletChannels {
    /// A user's own messages.
    static final String NOTIFICATIONS = "notifications";

    static final String PRICE = "token:price";

    private static final Pattern ADDRESSED =
            Pattern.compile("(balance|nft):0[xX][0-9a-fA-F]{1,64}");
    private static final Pattern STAKING = Pattern.compile("staking:[A-Za-z0-9_-]{1,64}");

    private WalletChannels() {}

    /// The channel that a client means: an address in lower case. Nothing, when there is no such
    /// channel.
    static Optional<String> named(String asked) {
        if (asked.equals(NOTIFICATIONS) || asked.equals(PRICE)) {
            return Optional.of(asked);
        }
        if (ADDRESSED.matcher(asked).matches()) {
            return Optional.of(asked.toLowerCase(Locale.ROOT));
        }
        return STAKING.matcher(asked).matches() ? Optional.of(asked) : Optional.empty();
    }

    static void describe(EndpointConfig endpoint, WalletSettings settings) {
        endpoint.channel(NOTIFICATIONS, rules -> rules.subscribe(Access.authenticated()))
                .channel(
                        PRICE,
                        rules ->
                                kept(rules, settings)
                                        .lagging(ChannelRules.Lagging.LATEST)
                                        .subscribe(Access.authenticated()));
        owned(endpoint, settings, "balance:{address}", claim("wallets", "address"));
        owned(endpoint, settings, "nft:{address}", claim("wallets", "address"));
        owned(endpoint, settings, "staking:{positionId}", claim("staking", "positionId"));
    }

    private static void owned(
            EndpointConfig endpoint, WalletSettings settings, String pattern, Access owner) {
        endpoint.channel(pattern, rules -> kept(rules, settings).subscribe(owner));
    }

    private static ChannelRules kept(ChannelRules rules, WalletSettings settings) {
        return rules.history(settings.window().size(), settings.window().age());
    }

    /// Whoever's claim, one value or a list of them, has what the name has at `{capture}`; upper
    /// and lower case are one, and so are a number and its digits.
    private static Access claim(String claim, String capture) {
        return (principal, captures) -> holds(principal, claim, captures, capture);
    }

    private static boolean holds(
            @Nullable Principal principal,
            String claim,
            Map<String, String> captures,
            String capture) {
        Object value = principal == null ? null : principal.claims().get(claim);
        String wanted = captures.get(capture);
        if (value == null || wanted == null) {
            return false;
        }
        List<?> values = value instanceof List<?> many ? many : List.of(value);
        return values.stream().anyMatch(one -> wanted.equalsIgnoreCase(String.valueOf(one)));
    }
}

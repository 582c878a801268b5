// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import dev.fanfare.core.Environment;
import dev.fanfare.core.Hub;
import dev.fanfare.core.Principal;
import dev.fanfare.core.Session;
import dev.fanfare.server.Repeating;
import java.time.Duration;
import java.util.Map;

/// For demonstrations: a price that wanders, as long as a guest looks on, and stands still
/// otherwise.
final class Prices {
    private static final Duration MOST = Duration.ofSeconds(2);
    private static final double BEGINNING = 3_200;
    private static final double STEP = 0.004;

    private final Hub hub;
    private final Environment environment;
    private double price = BEGINNING;

    private Prices(Hub hub, Environment environment) {
        this.hub = hub;
        this.environment = environment;
    }

    static Repeating wander(Hub hub, Environment environment) {
        Prices prices = new Prices(hub, environment);
        return Repeating.every(MOST, "wallet-prices", environment, prices::tick);
    }

    private void tick() {
        if (hub.sessions().stream().noneMatch(Prices::isGuest)) {
            return;
        }
        // Pulled back to where it began, so that it stays a price.
        double drift = (BEGINNING - price) / BEGINNING / 50;
        price *= 1 + drift + (environment.random().nextDouble() * 2 - 1) * STEP;
        double shown = Math.round(price * 100) / 100.0;
        hub.channel(WalletChannels.PRICE).publish(Map.of("token", "ETH", "price", shown));
    }

    private static boolean isGuest(Session session) {
        Principal who = session.principal();
        return who != null
                && session.endpoint().name().startsWith(WalletApp.NAME)
                && who.claims().containsKey(Guests.GUEST);
    }
}

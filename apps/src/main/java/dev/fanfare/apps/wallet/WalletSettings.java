// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.wallet;

import dev.fanfare.core.Limits;
import dev.fanfare.server.Tokens;
import dev.fanfare.server.http.Origins;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How a wallet's gateway is run.
///
/// @param port of the listener; 0 for any that is free
/// @param origins web origins whose pages may connect, besides its own
/// @param maxConnectionsPerUser more are closed with 4504
/// @param rate of messages
/// @param window what of each channel is kept for those who come back
/// @param guests what issues tokens to whoever opens the page, for demonstrations; null issues none
public record WalletSettings(
        int port,
        Origins origins,
        int maxConnectionsPerUser,
        Limits.Rate rate,
        Window window,
        @Nullable Tokens guests) {

    /// @param size the most publications of one channel
    /// @param age how long each is kept
    public record Window(int size, Duration age) {}

    public static final WalletSettings DEFAULT =
            new WalletSettings(
                    3002,
                    Origins.SAME,
                    100,
                    new Limits.Rate(50, 200, 5_000),
                    new Window(1_000, Duration.ofHours(1)),
                    null);

    public WalletSettings {
        if (maxConnectionsPerUser < 1 || window.size() < 1) {
            throw new IllegalArgumentException(
                    "wallet: max-connections-per-user="
                            + maxConnectionsPerUser
                            + " and window="
                            + window.size()
                            + " need 1 or more");
        }
    }

    public WalletSettings port(int number) {
        return new WalletSettings(number, origins, maxConnectionsPerUser, rate, window, guests);
    }

    public WalletSettings origins(Origins allowed) {
        return new WalletSettings(port, allowed, maxConnectionsPerUser, rate, window, guests);
    }

    public WalletSettings maxConnectionsPerUser(int max) {
        return new WalletSettings(port, origins, max, rate, window, guests);
    }

    public WalletSettings rate(Limits.Rate other) {
        return new WalletSettings(port, origins, maxConnectionsPerUser, other, window, guests);
    }

    public WalletSettings window(Window other) {
        return new WalletSettings(port, origins, maxConnectionsPerUser, rate, other, guests);
    }

    public WalletSettings guests(Tokens issuer) {
        return new WalletSettings(port, origins, maxConnectionsPerUser, rate, window, issuer);
    }
}

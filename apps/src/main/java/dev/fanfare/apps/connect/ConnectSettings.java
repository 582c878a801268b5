// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.connect;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How wallet connections are run.
///
/// @param port of the listener; 0 for any that is free
/// @param publicUrl where a browser finds this app, without a slash at the end; null for the port
///   on this machine
/// @param webhookSecret what the platform signs its webhooks with
/// @param adminKey what asks for the statistics
/// @param sessionLifetime how long an invitation is good
/// @param maxClientsPerSession more are closed with 1008
/// @param pingInterval after how much silence a client is pinged
/// @param scan whether this server plays the wallet
public record ConnectSettings(
        int port,
        @Nullable String publicUrl,
        String webhookSecret,
        String adminKey,
        Duration sessionLifetime,
        int maxClientsPerSession,
        Duration pingInterval,
        Scan scan) {

    /// Whether this server plays the wallet.
    public enum Scan {
        /// A route and a page stand in for it: whoever has an invitation may answer it. For
        /// demonstrations.
        SIMULATED,
        REAL
    }

    public ConnectSettings {
        if (webhookSecret.isBlank() || adminKey.isBlank() || maxClientsPerSession < 1) {
            throw new IllegalArgumentException(
                    "connect: webhook-secret and admin-key must be set,"
                            + " max-clients-per-session="
                            + maxClientsPerSession
                            + " needs 1 or more");
        }
    }

    public static ConnectSettings of(String webhookSecret, String adminKey) {
        return new ConnectSettings(
                3300,
                null,
                webhookSecret,
                adminKey,
                Duration.ofMinutes(10),
                5,
                Duration.ofSeconds(30),
                Scan.REAL);
    }

    public ConnectSettings port(int number) {
        return new ConnectSettings(
                number,
                publicUrl,
                webhookSecret,
                adminKey,
                sessionLifetime,
                maxClientsPerSession,
                pingInterval,
                scan);
    }

    public ConnectSettings publicUrl(String url) {
        return new ConnectSettings(
                port,
                url,
                webhookSecret,
                adminKey,
                sessionLifetime,
                maxClientsPerSession,
                pingInterval,
                scan);
    }

    public ConnectSettings sessionLifetime(Duration lifetime) {
        return new ConnectSettings(
                port,
                publicUrl,
                webhookSecret,
                adminKey,
                lifetime,
                maxClientsPerSession,
                pingInterval,
                scan);
    }

    public ConnectSettings pingInterval(Duration interval) {
        return new ConnectSettings(
                port,
                publicUrl,
                webhookSecret,
                adminKey,
                sessionLifetime,
                maxClientsPerSession,
                interval,
                scan);
    }

    public ConnectSettings scan(Scan who) {
        return new ConnectSettings(
                port,
                publicUrl,
                webhookSecret,
                adminKey,
                sessionLifetime,
                maxClientsPerSession,
                pingInterval,
                who);
    }
}

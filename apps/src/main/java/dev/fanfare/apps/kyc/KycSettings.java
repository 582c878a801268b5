// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import dev.fanfare.changes.Settings;
import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Limits;
import java.time.Duration;

/// How verification statuses are served.
///
/// @param port of the listener; 0 for any that is free
/// @param identity who a client is
/// @param connectionsPerUser connections that may watch one user
/// @param usersPerConnection users that one connection may watch
/// @param rate of a connection's messages
/// @param coalesce how long a change waits for a newer one of the same user, which is then sent
///   alone; zero sends each
/// @param database where the table is, and the slot its changes come by
/// @param address whether the page may say where that is
public record KycSettings(
        int port,
        Identity identity,
        int connectionsPerUser,
        int usersPerConnection,
        Limits.Rate rate,
        Duration coalesce,
        Settings database,
        Address address) {

    /// Who a client is.
    public sealed interface Identity {
        /// Whoever the client says: anybody can watch anybody. For development, and warned of at
        /// the start.
        record Claimed() implements Identity {}

        /// Who a token says, that comes with the upgrade; a client watches itself only.
        record Verified(Authenticator authenticator) implements Identity {}
    }

    /// Whether anybody who asks is told where the database is, without its password.
    public enum Address {
        HIDDEN,
        /// So that the page says how to change a row. For demonstrations.
        TOLD
    }

    public KycSettings {
        if (connectionsPerUser < 1 || usersPerConnection < 1 || coalesce.isNegative()) {
            throw new IllegalArgumentException(
                    "kyc: connections-per-user="
                            + connectionsPerUser
                            + " and users-per-connection="
                            + usersPerConnection
                            + " need 1 or more, coalesce="
                            + coalesce
                            + " zero or more");
        }
    }

    /// Port 3001, 500 connections a user, nothing coalesced, the slot and publication
    /// `fanfare_kyc`.
    ///
    /// @param url `jdbc:postgresql://...`
    public static KycSettings of(Identity identity, String url, String user, String password) {
        return new KycSettings(
                3001,
                identity,
                500,
                100,
                new Limits.Rate(20, 200, 1_000),
                Duration.ZERO,
                Settings.of(url, user, password)
                        .slot("fanfare_kyc")
                        .publication("fanfare_kyc")
                        .snapshot(Settings.Snapshot.NEVER),
                Address.HIDDEN);
    }

    public KycSettings port(int number) {
        return new KycSettings(
                number,
                identity,
                connectionsPerUser,
                usersPerConnection,
                rate,
                coalesce,
                database,
                address);
    }

    public KycSettings connectionsPerUser(int most) {
        return new KycSettings(
                port, identity, most, usersPerConnection, rate, coalesce, database, address);
    }

    public KycSettings usersPerConnection(int most) {
        return new KycSettings(
                port, identity, connectionsPerUser, most, rate, coalesce, database, address);
    }

    public KycSettings rate(Limits.Rate other) {
        return new KycSettings(
                port,
                identity,
                connectionsPerUser,
                usersPerConnection,
                other,
                coalesce,
                database,
                address);
    }

    public KycSettings coalesce(Duration window) {
        return new KycSettings(
                port,
                identity,
                connectionsPerUser,
                usersPerConnection,
                rate,
                window,
                database,
                address);
    }

    public KycSettings database(Settings other) {
        return new KycSettings(
                port,
                identity,
                connectionsPerUser,
                usersPerConnection,
                rate,
                coalesce,
                other,
                address);
    }

    public KycSettings address(Address other) {
        return new KycSettings(
                port,
                identity,
                connectionsPerUser,
                usersPerConnection,
                rate,
                coalesce,
                database,
                other);
    }
}

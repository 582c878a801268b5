// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import dev.fanfare.apps.DatabaseUrl;
import dev.fanfare.apps.kyc.KycSettings;
import dev.fanfare.cli.config.Config;
import dev.fanfare.cli.config.InvalidConfiguration;
import dev.fanfare.engine.Clock;

/// How the demo runs kyc: on its own Postgres, or on the one that `DATABASE_URL` names.
final class DemoKyc {
    private static final String DATABASE = "DATABASE_URL";

    private DemoKyc() {}

    static KycSettings settings(Config config, Clock clock) {
        DatabaseUrl database = database(config.demo());
        return KycSettings.of(
                        identity(config, clock),
                        database.jdbc(),
                        database.user(),
                        database.password())
                .port(config.demo().kycPort())
                .address(KycSettings.Address.TOLD);
    }

    private static KycSettings.Identity identity(Config config, Clock clock) {
        return switch (config.demo().identity()) {
            case CLAIMED -> new KycSettings.Identity.Claimed();
            case VERIFIED ->
                    new KycSettings.Identity.Verified(Assembly.authenticator(config.auth(), clock));
        };
    }

    private static DatabaseUrl database(Config.Demo demo) {
        String other = System.getenv(DATABASE);
        if (other == null || other.isBlank()) {
            return new DatabaseUrl(
                    "jdbc:postgresql://127.0.0.1:%d/fanfare".formatted(demo.postgresPort()),
                    Postgres.USER,
                    "");
        }
        try {
            return DatabaseUrl.of(other);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfiguration(String.valueOf(e.getMessage()));
        }
    }
}

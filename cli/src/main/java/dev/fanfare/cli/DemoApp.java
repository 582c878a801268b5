// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli;

import dev.fanfare.apps.App;
import dev.fanfare.apps.Backing;
import dev.fanfare.apps.chat.ChatApp;
import dev.fanfare.apps.chat.ChatSettings;
import dev.fanfare.apps.connect.ConnectApp;
import dev.fanfare.apps.connect.ConnectSettings;
import dev.fanfare.apps.kyc.KycApp;
import dev.fanfare.apps.store.StoreApp;
import dev.fanfare.apps.wallet.WalletApp;
import dev.fanfare.apps.wallet.WalletSettings;
import dev.fanfare.cli.config.Config;
import dev.fanfare.engine.Clock;
import dev.fanfare.server.FanfareConfig;
import dev.fanfare.server.JwtAuthenticator;
import dev.fanfare.server.JwtPolicy;
import dev.fanfare.server.Tokens;
import dev.fanfare.server.http.Origins;
import java.util.Locale;

/// The apps of the demo, in the order in which they are told of.
enum DemoApp {
    KYC {
        @Override
        int port(Config.Demo demo) {
            return demo.kycPort();
        }

        @Override
        App install(FanfareConfig node, Config config, Backing backing) {
            return KycApp.install(
                    node,
                    DemoKyc.settings(config, backing.environment().clock()),
                    backing.environment());
        }
    },
    WALLET {
        @Override
        int port(Config.Demo demo) {
            return demo.walletPort();
        }

        @Override
        App install(FanfareConfig node, Config config, Backing backing) {
            JwtPolicy policy = Assembly.policy(config.auth());
            Clock clock = backing.environment().clock();
            String frontend = System.getenv("FRONTEND_URL");
            WalletSettings settings =
                    WalletSettings.DEFAULT
                            .port(config.demo().walletPort())
                            .origins(frontend == null ? Origins.SAME : Origins.of(frontend))
                            .maxConnectionsPerUser(2_000)
                            .guests(new Tokens(policy, clock));
            return WalletApp.install(
                    node, settings, new JwtAuthenticator(policy, clock), backing.environment());
        }
    },
    CHAT {
        @Override
        int port(Config.Demo demo) {
            return demo.chatPort();
        }

        @Override
        App install(FanfareConfig node, Config config, Backing backing) {
            return ChatApp.install(node, ChatSettings.DEMO.port(config.demo().chatPort()), backing);
        }
    },
    STORE {
        @Override
        int port(Config.Demo demo) {
            return demo.storePort();
        }

        @Override
        App install(FanfareConfig node, Config config, Backing backing) {
            Clock clock = backing.environment().clock();
            return StoreApp.install(
                    node, DemoStore.settings(config, clock, System.getenv()), backing);
        }
    },
    CONNECT {
        @Override
        int port(Config.Demo demo) {
            return demo.connectPort();
        }

        @Override
        App install(FanfareConfig node, Config config, Backing backing) {
            String secret = System.getenv("CONFIRMD_WEBHOOK_SECRET");
            return ConnectApp.install(
                    node,
                    ConnectSettings.of(
                                    secret == null ? "demo-webhook-secret" : secret,
                                    config.apiKeys().getFirst())
                            .port(config.demo().connectPort())
                            .scan(ConnectSettings.Scan.SIMULATED),
                    backing);
        }
    };

    abstract int port(Config.Demo demo);

    /// Puts the app on the node that is being described.
    abstract App install(FanfareConfig node, Config config, Backing backing);

    /// The name of its listener, and the word for it on the command line.
    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    String title() {
        return name().charAt(0) + id().substring(1);
    }

    String portSetting() {
        return "demo." + id() + "-port";
    }
}

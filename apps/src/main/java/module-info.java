// SPDX-License-Identifier: Apache-2.0
/// The example systems, each of its own protocol, policy and page, on one hub.
module dev.fanfare.apps {
    requires dev.fanfare.protocol;
    requires transitive dev.fanfare.server;
    requires transitive dev.fanfare.changes;
    requires transitive java.sql;
    requires static transitive org.jspecify;
    requires org.slf4j;
    requires tools.jackson.core;
    requires tools.jackson.databind;
    requires dev.fanfare.pages;
    requires dev.fanfare.socketio;
    requires com.zaxxer.hikari;
    requires com.google.zxing;

    exports dev.fanfare.apps;
    exports dev.fanfare.apps.changes;
    exports dev.fanfare.apps.chat;
    exports dev.fanfare.apps.connect;
    exports dev.fanfare.apps.store;
    exports dev.fanfare.apps.wallet;
    exports dev.fanfare.apps.kyc;

    opens dev.fanfare.apps.chat to
            tools.jackson.databind;
    opens dev.fanfare.apps.wallet to
            tools.jackson.databind;
    opens dev.fanfare.apps.connect to
            tools.jackson.databind;
    opens dev.fanfare.apps.store to
            tools.jackson.databind;
    opens dev.fanfare.apps.kyc to
            tools.jackson.databind;
}

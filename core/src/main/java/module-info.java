// SPDX-License-Identifier: Apache-2.0
/// The hub. It knows no JSON and no socket.
module dev.fanfare.core {
    requires transitive dev.fanfare.engine;
    requires static transitive org.jspecify;
    requires transitive io.netty.buffer;
    requires org.slf4j;

    exports dev.fanfare.core;
}

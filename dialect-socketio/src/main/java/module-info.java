// SPDX-License-Identifier: Apache-2.0
/// Engine.IO 4 and Socket.IO 5: a gateway of the server, for the clients that there are.
module dev.fanfare.socketio {
    requires transitive dev.fanfare.core;
    requires dev.fanfare.protocol;
    requires transitive dev.fanfare.server;
    requires static transitive org.jspecify;
    requires com.fasterxml.jackson.annotation;
    requires io.netty.buffer;
    requires org.slf4j;
    requires tools.jackson.core;
    requires tools.jackson.databind;

    exports dev.fanfare.socketio;

    // Handlers that take or answer `Args` have them read and written as JSON.
    opens dev.fanfare.socketio to
            tools.jackson.databind;
}

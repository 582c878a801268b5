// SPDX-License-Identifier: Apache-2.0
/// The embeddable server: transports, endpoints, the native dialect, the HTTP API.
module dev.fanfare.server {
    requires java.net.http;
    requires jdk.management;
    requires transitive dev.fanfare.core;
    requires transitive dev.fanfare.engine;
    requires dev.fanfare.protocol;
    requires static transitive org.jspecify;
    requires org.slf4j;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.classes.io_uring;
    requires com.fasterxml.jackson.annotation;
    requires tools.jackson.core;
    requires tools.jackson.databind;
    requires com.nimbusds.jose.jwt;
    requires micrometer.core;
    requires micrometer.registry.prometheus;

    exports dev.fanfare.server;
    exports dev.fanfare.server.http;
}

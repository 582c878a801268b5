// SPDX-License-Identifier: Apache-2.0
/// What tests of Fanfare are written with. For the test scope: it brings JUnit and AssertJ.
module dev.fanfare.testkit {
    requires static transitive org.jspecify;
    requires transitive dev.fanfare.engine;
    requires transitive org.junit.jupiter.api;
    requires org.assertj.core;
    requires transitive tools.jackson.databind;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.transport;
    requires org.slf4j;

    exports dev.fanfare.testkit;
}

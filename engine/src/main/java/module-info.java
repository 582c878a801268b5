// SPDX-License-Identifier: Apache-2.0
/// The engine port and its nouns. It depends on nothing, and everything else depends on it.
module dev.fanfare.engine {
    requires static transitive org.jspecify;

    exports dev.fanfare.engine;
}

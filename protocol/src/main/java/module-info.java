// SPDX-License-Identifier: Apache-2.0
/// The native wire: its frames, and the codec for both ends of it. `SPEC.md` is its specification.
module dev.fanfare.protocol {
    requires static transitive org.jspecify;
    requires tools.jackson.core;

    exports dev.fanfare.protocol;
}

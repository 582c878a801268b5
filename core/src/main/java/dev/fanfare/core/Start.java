// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Position;

/// Where a subscription begins.
sealed interface Start {
    /// With what is published from now on.
    record Now() implements Start {}

    /// After a position that the client has.
    record After(Position since) implements Start {}

    /// With a state that is read once the subscription holds back what is published.
    record With(Snapshot snapshot) implements Start {}
}

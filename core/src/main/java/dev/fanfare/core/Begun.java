// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Position;

/// Is told how a subscription begins. On the session's loop, once.
interface Begun {
    void begun(Position position, Reply.Recovered recovered);

    void failed(Refusal refusal);
}

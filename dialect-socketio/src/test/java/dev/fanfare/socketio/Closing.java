// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import dev.fanfare.testkit.ManualClock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Closes nodes whose clock is wound by hand: closing takes time.
final class Closing {
    private Closing() {}

    static void wind(@Nullable ManualClock clock, Runnable close) {
        Thread closer = Thread.ofVirtual().start(close);
        try {
            while (!closer.join(Duration.ofMillis(10))) {
                if (clock != null) {
                    clock.advance(Duration.ofMillis(1));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Clock;
import dev.fanfare.engine.Engine;
import dev.fanfare.testkit.EngineContract;
import dev.fanfare.testkit.InboxContract;
import dev.fanfare.testkit.PresenceContract;
import dev.fanfare.testkit.ResetContract;
import java.util.Random;
import org.junit.jupiter.api.Nested;

final class MemoryEngineTest {
    @Nested
    final class Publications extends EngineContract {
        @Override
        protected Engine engine(Clock clock) {
            return memory(clock);
        }
    }

    @Nested
    final class Resets extends ResetContract {
        @Override
        protected Engine engine(Clock clock) {
            return memory(clock);
        }
    }

    @Nested
    final class Inboxes extends InboxContract {
        @Override
        protected Engine engine(Clock clock) {
            return memory(clock);
        }
    }

    @Nested
    final class Presence extends PresenceContract {
        @Override
        protected Engine engine(Clock clock) {
            return memory(clock);
        }
    }

    private static Engine memory(Clock clock) {
        return new MemoryEngine(new Environment(clock, new Random(7)));
    }
}

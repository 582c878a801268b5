// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Clock;
import dev.fanfare.engine.Engine;
import dev.fanfare.testkit.EngineContract;
import java.util.Random;

final class MemoryEngineTest extends EngineContract {
    @Override
    protected Engine engine(Clock clock) {
        return new MemoryEngine(new Environment(clock, new Random(1)));
    }
}

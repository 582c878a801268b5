// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Clock;
import java.util.random.RandomGenerator;

/// Time and chance. Session ids come from `random`: outside tests it is a
/// [java.security.SecureRandom].
public record Environment(Clock clock, RandomGenerator random) {}

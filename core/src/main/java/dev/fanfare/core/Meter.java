// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import java.util.concurrent.atomic.LongAdder;

/// What has passed since the start.
final class Meter {
    final LongAdder commands = new LongAdder();
    final LongAdder published = new LongAdder();
    final LongAdder delivered = new LongAdder();
    final LongAdder gaps = new LongAdder();
    final LongAdder recovered = new LongAdder();
    final LongAdder notRecovered = new LongAdder();
    final LongAdder slowClosed = new LongAdder();
    final LongAdder subscriptions = new LongAdder();
}

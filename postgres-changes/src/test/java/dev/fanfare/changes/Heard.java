// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// A listener that remembers, and can be made to fail or to wait.
final class Heard implements Listener {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<Change> changes = new ArrayList<>();
    private final List<Change> snapshot = new ArrayList<>();
    final List<Gap> gaps = new CopyOnWriteArrayList<>();
    final List<Exception> losses = new CopyOnWriteArrayList<>();
    final AtomicInteger resumed = new AtomicInteger();
    final AtomicInteger transactions = new AtomicInteger();
    final AtomicInteger snapshots = new AtomicInteger();
    private final AtomicInteger largest = new AtomicInteger();
    private volatile Consumer<Batch> before = _ -> {};

    /// Runs on the stream's thread before each batch of changes is taken.
    Heard before(Consumer<Batch> hook) {
        before = hook;
        return this;
    }

    @Override
    public synchronized void snapshot(Batch batch) {
        if (!batch.changes().isEmpty() && batch.changes().getFirst().id().sequence() == 1) {
            snapshot.clear();
        }
        snapshot.addAll(batch.changes());
        if (batch.part() == Batch.Part.LAST) {
            snapshots.incrementAndGet();
        }
    }

    @Override
    public void changed(Batch batch) {
        before.accept(batch);
        synchronized (this) {
            changes.addAll(batch.changes());
        }
        largest.accumulateAndGet(batch.changes().size(), Math::max);
        if (batch.part() == Batch.Part.LAST) {
            transactions.incrementAndGet();
        }
    }

    @Override
    public void lost(Exception cause) {
        losses.add(cause);
    }

    @Override
    public void resumed() {
        resumed.incrementAndGet();
    }

    @Override
    public void gap(Gap gap) {
        gaps.add(gap);
    }

    synchronized List<Change> changes() {
        return List.copyOf(changes);
    }

    synchronized List<Change> snapshot() {
        return List.copyOf(snapshot);
    }

    synchronized int size() {
        return changes.size();
    }

    int largest() {
        return largest.get();
    }

    /// The changes, once there are so many.
    List<Change> await(int count) {
        eventually(PATIENCE, () -> assertThat(size()).isGreaterThanOrEqualTo(count));
        return changes();
    }

    Change awaitOne() {
        return await(1).getFirst();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The listener, as the stream tells it: not after the end, and its failures have a name.
///
/// The stream's thread; [#isBusy()] any.
final class Told {
    private static final Logger LOG = LoggerFactory.getLogger(Told.class);

    private final Listener listener;
    private final CountDownLatch closing;
    private volatile boolean busy;
    private boolean isLost;

    Told(Listener listener, CountDownLatch closing) {
        this.listener = listener;
        this.closing = closing;
    }

    /// Whether the listener is in a call now.
    boolean isBusy() {
        return busy;
    }

    void snapshot(Batch batch) {
        tell(() -> listener.snapshot(batch));
    }

    void changed(Batch batch) {
        tell(() -> listener.changed(batch));
    }

    void gap(Gap gap) {
        tell(() -> listener.gap(gap));
    }

    /// Once, until it is back.
    void lost(Exception cause) {
        if (!isLost) {
            isLost = true;
            quietly(() -> listener.lost(cause));
        }
    }

    /// @return whether it was lost
    boolean back() {
        boolean wasLost = isLost;
        isLost = false;
        if (wasLost) {
            quietly(listener::resumed);
        }
        return wasLost;
    }

    private void quietly(Runnable call) {
        try {
            tell(call);
        } catch (ListenerFailure e) {
            LOG.error("the listener failed when it was told of the connection", e);
        }
    }

    private void tell(Runnable call) {
        busy = true;
        try {
            if (closing.getCount() == 0) {
                throw new CancellationException("closed");
            }
            call.run();
        } catch (CancellationException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw new ListenerFailure(e);
        } finally {
            busy = false;
        }
    }
}
